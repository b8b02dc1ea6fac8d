"""授权: who may act for a subject, how that was proved, until when; and the second factor and visits of who signs in.

Serves Opinions art. 13 and PIPL art. 45 (a right needs someone who may use it). Asked by the organisation's own space.
"""
