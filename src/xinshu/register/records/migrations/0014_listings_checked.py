"""Every entry of a list that is shown has the floor of its steps: those that were there are checked too.

It is refused while an entry is shown that lacks one: such an entry is unlawful, and its organ withdraws it first.
"""

from typing import Any

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations
from django.db.migrations.loader import MigrationLoader


def ask_and_move_again(apps: Any, schema_editor: Any) -> None:
    """What 0011 asked and 0012 moved, once more: the old release may have filed meanwhile."""
    loader = MigrationLoader(None)
    loader.get_migration("records", "0011_listings").operations[0].code(apps, schema_editor)
    schema_editor.execute(loader.get_migration("records", "0012_listings_filled").operations[0].sql)


class Migration(migrations.Migration):
    """Checks without holding up anybody who reads or writes."""

    dependencies = [("records", "0013_listings_guarded")]

    operations = [
        migrations.RunPython(ask_and_move_again, migrations.RunPython.noop),
        ValidateConstraint("record", "record_listed_by_due_process"),
    ]
