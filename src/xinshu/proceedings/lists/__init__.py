"""名单 lists: a case per listing: notice, defence, review, decision, service, and only then one record; and leaving.

Serves Opinions art. 12 and 13, guard-rails G5 and G6. Asked by space and desk. Nothing automatic makes a listing.
"""
