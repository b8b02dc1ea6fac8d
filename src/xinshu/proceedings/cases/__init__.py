"""办件: what every proceeding is made of: a state in one readable table, a history, deadlines, documents.

Serves Opinions art. 13 and Order 36. Asked by repair and objections, for both sides.
"""
