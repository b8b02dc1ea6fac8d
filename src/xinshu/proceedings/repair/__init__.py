"""修复 repair: one application, one clock that both sides see, one transaction that ends a record everywhere.

Serves Opinions art. 13, NDRC Order 36 and notice 22 of 2025. Asked by space and desk. It is free.
"""
