"""Asking the workers' queue for a job, within the transaction of whoever asks."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, transaction
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException


@contextmanager
def asked_once() -> Iterator[None]:
    """What the block asks the queue for is done once: where the same waits already, the block leaves nothing.

    The queue tells a lost database in words of its own; whoever asks is told as by any statement. Raises
    OperationalError.
    """
    try:
        with transaction.atomic():
            yield
    except AlreadyEnqueued:
        pass
    except ConnectorException as error:
        raise OperationalError("the database was lost when a job was asked for") from error
