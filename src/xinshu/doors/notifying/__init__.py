"""Notices on their way: one interface for e-mail, SMS and webhook, and the jobs that send.

What leaves names the kind of matter and where to sign in, and no content of a record (G18).
"""
