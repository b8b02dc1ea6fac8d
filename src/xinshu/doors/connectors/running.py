"""Runs one connector once, never twice at a time; and looks whether a source would answer, without taking anything."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection

from xinshu.doors.connectors import buckets, databases, folders, services
from xinshu.doors.connectors.configuration import secret
from xinshu.doors.connectors.delivery import Delivered, finish
from xinshu.doors.connectors.entries import (
    BucketReceipts,
    BucketSource,
    Connector,
    DatabaseSource,
    FolderSource,
    PostedReceipts,
)
from xinshu.doors.connectors.faults import BadConfiguration, Busy
from xinshu.kit.moment import Moment
from xinshu.register.access.queries import organ
from xinshu.register.catalogues.queries import catalogue_on


def run(connector: Connector, told: Callable[[Delivered], None] | None = None) -> tuple[Delivered, ...]:
    """Take in what the source has, and tell of each batch as it is done. Raises Busy, Unavailable or SourceFault."""
    done: list[Delivered] = []
    with _alone(connector):
        for delivered in _taken(connector):
            done.append(delivered)
            if told is not None:
                told(delivered)
    return tuple(done)


def looked_at(connector: Connector, moment: Moment) -> str:
    """What the source answers; BadConfiguration when organ, kind or a secret is not there."""
    if organ(connector.organ) is None:
        raise BadConfiguration(f"{connector.name}, organ：此机关未登记 this organ is not registered (xinshu organ add)")
    if connector.kind not in catalogue_on(moment.day).catalogue.kinds:
        raise BadConfiguration(f"{connector.name}, kind：目录中没有此类目 the catalogue has no such kind")
    for place in connector.receipts:
        match place:
            case PostedReceipts(key_secret=name):
                secret(name)
            case BucketReceipts(access_key_secret=access, secret_key_secret=key):
                _ = secret(access), secret(key)
    match connector.source:
        case FolderSource() as source:
            return folders.looked_at(source)
        case BucketSource() as source:
            return buckets.looked_at(connector, source)
        case DatabaseSource() as source:
            return databases.looked_at(connector, source)
        case source:
            return services.looked_at(connector, source)


def _taken(connector: Connector) -> Iterator[Delivered]:
    match connector.source:
        case FolderSource() as source:
            return folders.take_in(connector, source)
        case BucketSource() as source:
            return buckets.take_in(connector, source)
        case DatabaseSource() as source:
            finish(connector)
            return databases.take_in(connector, source)
        case source:
            finish(connector)
            return services.take_in(connector, source)


@contextmanager
def _alone(connector: Connector) -> Iterator[None]:
    """A lock of the database: a second process, on whatever machine, gets Busy; a killed one gives it back."""
    name = f"connector {connector.name}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name])
        free = cursor.fetchone()[0]
    if not free:
        raise Busy(f"连接器“{connector.name}”正在运行 This connector is running at this moment.")
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])
