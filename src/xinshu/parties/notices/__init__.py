"""通知: what a subject is told about its records and cases, when, and what became of the delivery.

Serves Opinions art. 13, Order 36 and Administrative Penalty Law art. 44. Asked by the subject; written by proceedings.
"""
