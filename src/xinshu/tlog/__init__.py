"""A transparency log, pure: the tree of RFC 6962, the tiles, notes, cosignatures and proofs of C2SP.

It knows nothing of credit, of a database or of the web. `verify` shares no line with what makes the proofs.
"""
