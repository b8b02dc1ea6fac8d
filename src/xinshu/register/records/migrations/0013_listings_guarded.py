"""The database shows no entry of a list without its steps: the floor of its kind by a check, its list's own by a trigger."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import F, Q

PATIENCE = "SET LOCAL lock_timeout = '10s'"
"""Whoever changes a table of records gives way after so long, and is run again at a quieter hour."""

KINDS = ["SERIOUS_DISHONESTY", "JUDGMENT_DEFAULTER"]

STEPS = """
CREATE FUNCTION records_listing_has_its_steps() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lists jsonb := catalogues_listing_steps(NEW.edition, NEW.kind);
    steps jsonb;
BEGIN
    IF lists IS NULL THEN
        RETURN NEW;
    END IF;
    steps := lists -> NEW.listed_in;
    IF steps IS NULL
       OR steps ? 'NOTICE' AND NEW.notified_on IS NULL
       OR steps ? 'DEFENCE' AND (NEW.defence_until IS NULL OR NEW.defence_until < NEW.notified_on
                                 OR NEW.defence_until >= NEW.decided_on)
       OR steps ? 'LEGAL_REVIEW' AND (NEW.reviewed_on IS NULL OR NEW.reviewed_on > NEW.decided_on)
       OR steps ? 'APPROVAL' AND (NEW.approved_on IS NULL OR NEW.approved_on > NEW.decided_on)
       OR NEW.decided_on IS NULL OR NEW.served_on IS NULL OR NEW.served_on < NEW.decided_on
       OR steps ? 'WAIT' AND (NEW.effective_from IS NULL OR NEW.effective_from <= NEW.served_on
                              OR NEW.public_from < NEW.effective_from) THEN
        RAISE EXCEPTION 'an entry of the list % lacks a step that the list demands', NEW.listed_in
              USING ERRCODE = 'check_violation', CONSTRAINT = 'record_listed_by_its_steps', TABLE = 'records_record';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER listed_by_its_steps
    BEFORE INSERT OR UPDATE OF kind, edition, public_from, decided_on, listed_in, notified_on, defence_until,
                               reviewed_on, approved_on, served_on, effective_from ON records_record
    FOR EACH ROW WHEN (NEW.public_from IS NOT NULL
                       AND (NEW.kind::text = 'SERIOUS_DISHONESTY' OR NEW.kind::text = 'JUDGMENT_DEFAULTER'))
    EXECUTE FUNCTION records_listing_has_its_steps();
"""
NO_STEPS = """
DROP TRIGGER listed_by_its_steps ON records_record; DROP FUNCTION records_listing_has_its_steps();
"""

FLOOR = (
    ~Q(kind__in=KINDS)
    | Q(public_from__isnull=True)
    | Q(
        listed_in__isnull=False,
        decided_on__isnull=False,
        served_on__isnull=False,
        effective_from__isnull=False,
        served_on__gte=F("decided_on"),
        effective_from__gte=F("served_on"),
        public_from__gte=F("effective_from"),
    )
    & (
        ~Q(kind="SERIOUS_DISHONESTY")
        | Q(
            notified_on__isnull=False,
            defence_until__isnull=False,
            defence_until__gte=F("notified_on"),
            decided_on__gte=F("defence_until"),
        )
    )
)


class Migration(migrations.Migration):
    """Expands; what is written from now on is checked, what was there is checked by the next one."""

    dependencies = [("records", "0012_listings_filled"), ("catalogues", "0004_listing_steps")]

    operations = [
        migrations.RunSQL(PATIENCE, migrations.RunSQL.noop),
        AddConstraintNotValid("record", models.CheckConstraint(condition=FLOOR, name="record_listed_by_due_process")),
        migrations.RunSQL(STEPS, NO_STEPS),
    ]
