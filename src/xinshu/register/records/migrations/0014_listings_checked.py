"""Every entry of a list that is shown has the floor of its steps: those that were there are checked too.

It is refused while an entry is shown that lacks one: such an entry is unlawful, and its organ withdraws it first.
"""

from importlib import import_module

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations

from xinshu.register.records.migrations._entries_of_lists import refuse_while_shown

FROM_CONTENT = import_module("xinshu.register.records.migrations.0012_listings_filled").FROM_CONTENT


class Migration(migrations.Migration):
    """Checks without holding up anybody who reads or writes; what the old release filed meanwhile has its days too."""

    dependencies = [("records", "0013_listings_guarded")]

    operations = [
        migrations.RunPython(refuse_while_shown, migrations.RunPython.noop),
        migrations.RunSQL(FROM_CONTENT, migrations.RunSQL.noop),
        ValidateConstraint("record", "record_listed_by_due_process"),
    ]
