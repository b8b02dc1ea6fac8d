"""THE GATE: the one predicate under which the public may see a record, over plain date columns.

Every SQL statement that reads a record for someone outside holds this text (house test). It asks nothing but the day:
when a term ends, the record is gone at midnight without any job having run.
"""

SHOWN = "r.audience = 'PUBLIC' AND r.public_from <= %(day)s AND (r.public_until IS NULL OR r.public_until > %(day)s)"
