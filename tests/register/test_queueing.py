"""A job is asked for once; where the database is lost at that moment, whoever asks is told so as by any statement."""

import psycopg
import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from xinshu.register.publog.tasks import integrate_soon
from xinshu.register.queueing import asked_once

KNOWN = ("dbname", "host", "password", "port", "user")


@pytest.mark.django_db
def test_the_same_job_waits_once_and_what_stood_in_the_block_is_undone() -> None:
    integrate_soon()
    integrate_soon()
    assert ProcrastinateJob.objects.filter(task_name="publog.integrate").count() == 1
    with asked_once():
        ProcrastinateJob.objects.all().exists()
        app.configure_task("one", allow_unknown=True, queue="timers").defer()
        app.configure_task("publog.integrate", queueing_lock="integrate").defer()
    assert not ProcrastinateJob.objects.filter(task_name="one").exists()


@pytest.mark.django_db(transaction=True)
def test_what_a_test_leaves_in_the_queue_goes_with_its_tables() -> None:
    """A control of tests/conftest.py: else a test that commits would be the next one's history."""
    integrate_soon()
    call_command("flush", verbosity=0, interactive=False)
    assert not ProcrastinateJob.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_lost_while_a_job_is_asked_for_is_told_as_lost() -> None:
    with pytest.raises(OperationalError, match="a job was asked for"):
        _asked_while_it_is_lost()
    connection.close()


def _asked_while_it_is_lost() -> None:
    with asked_once():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            here = cursor.fetchone()
        known = {name: value for name, value in connection.get_connection_params().items() if name in KNOWN}
        with psycopg.connect(**known) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", here)
        app.configure_task("one", allow_unknown=True, queue="timers").defer()
