"""信用信息: every fact about a subject, its source and dates; THE JOURNAL of its changes; THE GATE to it.

Serves Opinions arts. 6-8. No reader has another way to a record than `queries`. Asked by every use; written by
proceedings through `actions` alone.
"""
