"""公示: what everyone may see, through the gate alone: search, the subject's answer, one record.

Serves Opinions art. 8. Asked by the portal and by whoever calls the API.
"""
