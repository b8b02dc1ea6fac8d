"""异议: what anyone may say against a record without signing in; it is withheld at once and reviewed within days.

Serves Civil Code art. 1029 and PIPL arts. 44 to 50. Asked by portal and desk; marks records through the register.
"""
