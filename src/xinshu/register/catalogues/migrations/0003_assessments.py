"""Later editions need their recorded assessment (guard-rail G32); drafts are laid open for comments."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

GUARD = """
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION catalogues_refuse_change();
"""

ASSESSED = """
CREATE FUNCTION catalogues_wants_assessment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT NEW.founding AND NOT EXISTS (
        SELECT FROM catalogues_assessment a WHERE a.hash = NEW.assessment AND a.edition = NEW.hash
           AND a.content = NEW.content)
    THEN
        RAISE EXCEPTION 'an edition needs an assessment of exactly its content' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER wants_assessment BEFORE INSERT ON catalogues_edition
    FOR EACH ROW EXECUTE FUNCTION catalogues_wants_assessment();
"""

UNDONE = """
DROP TRIGGER wants_assessment ON catalogues_edition;
DROP FUNCTION catalogues_wants_assessment();
"""


def guarded(table: str) -> migrations.RunSQL:
    """No row of the table is ever changed or deleted."""
    return migrations.RunSQL(GUARD.format(table=table), f"DROP TRIGGER append_only ON {table};")


class Migration(migrations.Migration):
    """Expands."""

    dependencies = [("catalogues", "0002_append_only")]

    operations = [
        migrations.CreateModel(
            name="Assessment",
            fields=[
                ("hash", models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=60)),
                ("edition", models.BinaryField(max_length=32)),
                ("content", models.TextField()),
                ("against", models.BinaryField(max_length=32)),
                ("report", models.TextField()),
                ("touches", models.BooleanField()),
                ("on_day", models.DateField()),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=64)),
            ],
        ),
        migrations.AddField("edition", "assessment", models.BinaryField(max_length=32, null=True)),
        migrations.AddConstraint(
            "edition",
            models.CheckConstraint(
                condition=Q(founding=True, assessment__isnull=True) | Q(founding=False, assessment__isnull=False),
                name="edition_later_is_assessed",
            ),
        ),
        migrations.CreateModel(
            name="Consultation",
            fields=[
                (
                    "assessment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="catalogues.assessment",
                    ),
                ),
                ("opened_on", models.DateField()),
                ("last_on", models.DateField(null=True)),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "consultation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogues.consultation"
                    ),
                ),
                (
                    "speaker",
                    models.CharField(
                        choices=[("ANYONE", "ANYONE"), ("ORGANISATION", "ORGANISATION")], max_length=12
                    ),
                ),
                ("words", models.TextField()),
                ("said_on", models.DateField()),
                ("at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("WAITING", "WAITING"), ("SHOWN", "SHOWN"), ("NOT_SHOWN", "NOT_SHOWN")], max_length=12
                    ),
                ),
                ("ground", models.CharField(db_default="", default="", max_length=200)),
                ("decided_by", models.CharField(db_default="", default="", max_length=64)),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["consultation", "state", "at"], name="comment_of_consultation")],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(state="WAITING", decided_at__isnull=True)
                        | Q(state="SHOWN", decided_at__isnull=False)
                        | (Q(state="NOT_SHOWN", decided_at__isnull=False, words="") & ~Q(ground="")),
                        name="comment_is_decided_with_a_ground",
                    )
                ],
            },
        ),
        guarded("catalogues_assessment"),
        guarded("catalogues_consultation"),
        migrations.RunSQL(ASSESSED, UNDONE),
    ]
