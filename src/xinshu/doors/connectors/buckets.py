"""A bucket of an S3-compatible store: each object below a prefix is taken in once for each of its contents."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import boto3  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]

from xinshu.doors.connectors.configuration import secret
from xinshu.doors.connectors.delivery import Delivered, deliver_file, position
from xinshu.doors.connectors.entries import BackOff, BucketPlace, BucketSource, Connector
from xinshu.doors.connectors.faults import SourceFault, Unavailable

MOST_OBJECTS = 20_000
"""More below one prefix are refused: the cursor names each of them."""

CHUNK = 1 << 20
GONE = frozenset({"NoSuchKey", "PreconditionFailed", "404", "412"})
REFUSED = frozenset({"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "NoSuchBucket", "403"})


def take_in(connector: Connector, source: BucketSource) -> Iterator[Delivered]:
    """Every object whose content has not been taken in, by key. The cursor is each key with its ETag."""
    store = client(source, connector.back_off)
    taken: dict[str, str] = position(connector).get("objects", {})
    present = _present(store, source)
    taken = {key: tag for key, tag in taken.items() if key in present}
    for key, tag in sorted(present.items()):
        if taken.get(key) != tag:
            taken = taken | {key: tag}
            delivered = _take_in(connector, store, source, key, tag, json.dumps({"objects": taken}))
            if delivered is not None:
                yield delivered


def looked_at(connector: Connector, source: BucketSource) -> str:
    """Whether the objects can be listed; takes nothing."""
    count = len(_present(client(source, connector.back_off), source))
    return f"存储桶可用，其中的对象 bucket is usable; objects in it: {count}"


def client(place: BucketPlace, back_off: BackOff) -> Any:
    """The store, opened with the connector's own secrets only; its attempts are those of the back-off."""
    return boto3.session.Session().client(
        "s3",
        endpoint_url=place.endpoint_url,
        region_name=place.region,
        aws_access_key_id=secret(place.access_key_secret),
        aws_secret_access_key=secret(place.secret_key_secret),
        config=Config(
            retries={"mode": "standard", "total_max_attempts": back_off.attempts},
            s3={"addressing_style": "path" if place.endpoint_url else "auto"},
            connect_timeout=10,
            read_timeout=60,
        ),
    )


def put(place: BucketPlace, name: str, content: bytes, back_off: BackOff) -> None:
    """One object below the prefix of a place."""
    try:
        client(place, back_off).put_object(
            Bucket=place.bucket, Key=f"{place.prefix}{name}", Body=content, ContentType="application/json"
        )
    except (ClientError, BotoCoreError) as error:
        raise fault(place, error) from None


def fault(place: BucketPlace, error: Exception) -> SourceFault:
    """What an error of the store means for us: refused for good, or not to be reached now."""
    code = error.response.get("Error", {}).get("Code", "") if isinstance(error, ClientError) else type(error).__name__
    if code in REFUSED:
        return SourceFault(
            f"存储桶“{place.bucket}”不许访问，请核对名称与两个保密文件。"
            f" The bucket cannot be entered; look at its name and the two secrets: {code}"
        )
    return Unavailable(f"存储桶“{place.bucket}”暂不可用 The bucket cannot be reached now: {code}")


def _present(store: Any, source: BucketSource) -> dict[str, str]:
    """The ETag of each object, by key; folders and empty objects left out."""
    found: dict[str, str] = {}
    try:
        for page in store.get_paginator("list_objects_v2").paginate(Bucket=source.bucket, Prefix=source.prefix):
            found |= {item["Key"]: item["ETag"].strip('"') for item in page.get("Contents", ()) if item["Size"]}
            if len(found) > MOST_OBJECTS:
                raise SourceFault(
                    f"存储桶“{source.bucket}”此前缀下的对象多于{MOST_OBJECTS}个：请定期清理或收窄前缀。"
                    f" More than {MOST_OBJECTS} objects are below this prefix: expire old ones, or narrow the prefix."
                )
    except (ClientError, BotoCoreError) as error:
        raise fault(source, error) from None
    return found


def _take_in(
    connector: Connector, store: Any, source: BucketSource, key: str, tag: str, cursor: str
) -> Delivered | None:
    """One object, exactly as it was listed; None when it is gone or another by now."""
    try:
        body = store.get_object(Bucket=source.bucket, Key=key, IfMatch=tag)["Body"]
    except (ClientError, BotoCoreError) as error:
        if isinstance(error, ClientError) and error.response.get("Error", {}).get("Code") in GONE:
            return None
        raise fault(source, error) from None
    named = hashlib.sha256(f"{source.bucket}\0{key}\0{tag}".encode()).hexdigest()
    return deliver_file(
        connector,
        file_name=key.rpartition("/")[2],
        key=f"{connector.name}:{named[:40]}",
        chunks=_chunks(source, body),
        cursor=cursor,
    )


def _chunks(source: BucketSource, body: Any) -> Iterator[bytes]:
    try:
        yield from body.iter_chunks(CHUNK)
    except BotoCoreError as error:
        raise fault(source, error) from None
