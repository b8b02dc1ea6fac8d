"""临时屏蔽 shield: on a court's order that approves a plan, what was determined before is withheld until it is performed.

Serves notice 22 of 2025, on reorganisation. Asked by space and desk. It is free.
"""
