"""Who acts: users, organs, the posts staff hold, and the trail of every look and act.

Serves Opinions art. 10 (traceability) and guard-rails G21 and G29. Asked by every door.
"""
