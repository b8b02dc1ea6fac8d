"""THE GATE: the one predicate under which the public may see a record, over plain date columns.

Every SQL statement that reads a record for someone outside holds this text (house test). It asks nothing but the day:
when a term ends, the record is gone at midnight without any job having run. What its filing changed is seen only once
the sequencer has numbered it; the filings that wait for a number are a handful, so that asking costs next to nothing.
"""

SHOWN = (
    "r.audience = 'PUBLIC' AND r.public_from <= %(day)s AND (r.public_until IS NULL OR r.public_until > %(day)s)"
    " AND r.hidden_for IS NULL"
    " AND NOT EXISTS (SELECT FROM records_filing f WHERE f.id = r.filing_id AND f.first_number IS NULL)"
)

FORM = "COALESCE(r.masked_form, r.public_form)"
"""What is shown of a record: its public form, or while a part of it is withheld the masked one; nothing else leaves."""
