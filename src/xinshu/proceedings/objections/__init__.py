"""异议: what anyone may say against a record without signing in; it is withheld at once and reviewed within days.

Serves Opinions art. 9 and PIPL arts. 44 to 50. Asked by the portal and the desk; marks records through the register.
"""
