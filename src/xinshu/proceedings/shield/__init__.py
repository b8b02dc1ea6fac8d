"""临时屏蔽 shield: once a court approves a plan, what was determined before is withheld until it is performed.

Serves Opinions art. 13 and notice 22 of 2025, on reorganisation. Asked by space and desk. It is free.
"""
