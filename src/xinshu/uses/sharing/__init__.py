"""共享, beginning with the feed: what began, changed and ended, in order; adverse content for subscribers only.

Serves Opinions arts. 7, 8 and 10: every consumer has what the site has, and drops what the site drops (adr/0019). It
reads the register, and keeps how far each subscriber got. Asked by the API and the operator.
"""
