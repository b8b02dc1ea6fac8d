"""Connectors that read an S3-compatible bucket: a real server of that protocol, over HTTP."""

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import orjson
import pytest
from moto.server import ThreadedMotoServer
from pytest_django import Settings

from tests import factories, filings
from tests.doors.sources import QUICK, connector, row
from xinshu.doors.cli.worker import work
from xinshu.doors.connectors import running
from xinshu.doors.connectors.configuration import read
from xinshu.doors.connectors.delivery import Delivered
from xinshu.doors.connectors.entries import Connector
from xinshu.doors.connectors.faults import SourceFault, Unavailable
from xinshu.proceedings.intake import queries

SECRETS = {"access_key_secret": "access", "secret_key_secret": "secret"}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def store(day: date, address: str, settings: Settings, tmp_path: Path) -> Any:
    factories.adopted_catalogue()
    factories.registered_organ()
    settings.SECRETS_FOLDER = tmp_path
    (tmp_path / "access").write_text("made-up", encoding="utf-8")
    (tmp_path / "secret").write_text("made-up", encoding="utf-8")
    opened = boto3.client(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id="made-up",
        aws_secret_access_key="made-up",
    )
    opened.create_bucket(Bucket="exchange")
    yield opened
    for item in opened.list_objects_v2(Bucket="exchange").get("Contents", ()):
        opened.delete_object(Bucket="exchange", Key=item["Key"])
    opened.delete_bucket(Bucket="exchange")


def reading(address: str, **more: Any) -> Connector:
    place = {"type": "bucket", "bucket": "exchange", "prefix": "in/", "endpoint_url": address, **SECRETS}
    return connector(place | more)


def put(store: Any, tmp_path: Path, key: str, *numbers: int) -> None:
    path = filings.write_csv(tmp_path / "made.csv", [row(number) for number in numbers])
    store.upload_fileobj(BytesIO(path.read_bytes()), "exchange", key)


def accepted(done: tuple[Delivered, ...]) -> list[int]:
    return [delivered.receipt.accepted if delivered.is_filed else -1 for delivered in done]


def test_objects_below_the_prefix_are_taken_in_once(store: Any, address: str, tmp_path: Path) -> None:
    put(store, tmp_path, "in/b.csv", 1)
    put(store, tmp_path, "in/2026/a.csv", 2, 3)
    put(store, tmp_path, "other/c.csv", 4)
    store.put_object(Bucket="exchange", Key="in/2026/", Body=b"")
    assert accepted(running.run(reading(address))) == [2, 1]
    assert running.run(reading(address)) == ()
    assert [batch.file_name for batch in queries.batches_of(None)] == ["b.csv", "a.csv"]
    cursor = orjson.loads(queries.cursor("market") or "")
    assert set(cursor["objects"]) == {"in/b.csv", "in/2026/a.csv"}


def test_an_object_that_sorts_before_the_last_one_is_not_missed(store: Any, address: str, tmp_path: Path) -> None:
    put(store, tmp_path, "in/m.csv", 1)
    running.run(reading(address))
    put(store, tmp_path, "in/a.csv", 2)
    assert accepted(running.run(reading(address))) == [1]


def test_new_content_under_a_known_key_is_taken_in(store: Any, address: str, tmp_path: Path) -> None:
    put(store, tmp_path, "in/a.csv", 1)
    running.run(reading(address))
    put(store, tmp_path, "in/a.csv", 1, 2)
    (done,) = running.run(reading(address))
    assert (done.receipt.accepted, done.receipt.unchanged) == (1, 1)


def test_a_refused_object_does_not_stand_in_the_way_and_makes_one_batch(
    store: Any, address: str, tmp_path: Path
) -> None:
    store.put_object(Bucket="exchange", Key="in/a.xlsx", Body=b"BAD\0\1\2 not a workbook")
    put(store, tmp_path, "in/b.csv", 1)
    assert accepted(running.run(reading(address))) == [-1, 1]
    running.run(reading(address))
    assert len(queries.batches_of(None)) == 2


def test_receipts_are_put_to_their_prefix(store: Any, address: str, tmp_path: Path, settings: Settings) -> None:
    put(store, tmp_path, "in/a.csv", 1)
    receipts = {"to": "bucket", "bucket": "exchange", "prefix": "receipts/", "endpoint_url": address, **SECRETS}
    entry = reading(address).model_copy()
    page = entry.model_dump(mode="json", include={"name", "organ", "kind", "schedule", "attested_by"})
    source = {"type": "bucket", "bucket": "exchange", "prefix": "in/", "endpoint_url": address, **SECRETS}
    settings.CONNECTORS = tmp_path / "connectors.yaml"
    page |= {"source": source, "receipts": [receipts], "back_off": QUICK}
    settings.CONNECTORS.write_bytes(orjson.dumps({"connectors": [page]}))
    (known,) = read(settings.CONNECTORS)
    (done,) = running.run(known)
    assert work(queues=["receipts"])
    put_there = store.get_object(Bucket="exchange", Key=f"receipts/{done.batch}.receipt.json")["Body"].read()
    assert orjson.loads(put_there)["accepted"] == 1


def test_a_bucket_that_is_not_there_is_a_fault_and_a_store_that_is_not_there_is_unavailable(
    store: Any, address: str
) -> None:
    with pytest.raises(SourceFault, match="NoSuchBucket") as told:
        running.run(reading(address, bucket="nowhere"))
    assert not isinstance(told.value, Unavailable)
    with pytest.raises(Unavailable, match="EndpointConnectionError"):
        running.run(reading("http://127.0.0.1:9"))
