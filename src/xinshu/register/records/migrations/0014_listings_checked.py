"""Every entry of a list that is shown has the floor of its steps: those that were there are checked too.

It is refused while an entry is shown that lacks one: such an entry is unlawful, and its organ withdraws it first.
"""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    """Checks without holding up anybody who reads or writes."""

    dependencies = [("records", "0013_listings_guarded")]

    operations = [ValidateConstraint("record", "record_listed_by_due_process")]
