"""The kept connection: one that the server has closed is replaced before the next request, without a query."""

import pytest
from django.db import connection, connections
from django.test import Client


def terminate(process: int) -> None:
    """End another session's server process, as a restart of the database does."""
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [process])
        assert cursor.fetchone() == (True,)
    other.close()


@pytest.mark.django_db(transaction=True)
def test_a_request_after_a_restart_of_the_database_is_answered() -> None:
    client = Client()
    assert client.get("/api/v1/subjects/919999990000002110").status_code == 200
    connection.ensure_connection()
    process = connection.connection.info.backend_pid
    assert connection.is_usable()
    terminate(process)
    assert not connection.is_usable()
    connection.close_if_unusable_or_obsolete()  # what Django does as a request begins
    assert client.get("/api/v1/subjects/919999990000002110").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_closed_connection_is_not_usable() -> None:
    connection.ensure_connection()
    connection.connection.close()
    assert not connection.is_usable()
    connection.close()
    assert not connection.is_usable()
