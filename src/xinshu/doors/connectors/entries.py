"""What an operator may say of a connector: the fields of each entry, strictly typed; what is not named is refused."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, TypeAlias
from urllib.parse import urlsplit

from croniter import croniter  # type: ignore[import-untyped]
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from xinshu.doors.connectors.durations import duration

EVERY = {"s": (60, "* * * * * */{}"), "m": (60, "*/{} * * * *"), "h": (24, "0 */{} * * *")}
"""How many of the unit make the next one, and the cron expression that repeats evenly within it."""

LONGEST_KEPT = timedelta(days=30)
"""Uploads are erased after 30 days; what a connector has taken in is one."""


def _absolute(written: object) -> Path:
    if not isinstance(written, str) or not Path(written).is_absolute():
        raise ValueError("应为绝对路径 must be an absolute path")
    return Path(written)


def _web_address(written: str) -> str:
    parts = urlsplit(written)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("应为http或https地址 must be an http or https address")
    if parts.username or parts.password:
        raise ValueError("地址中不能有口令，请用保密文件 no password in an address: use a secret file")
    return written


def _database_address(written: str) -> str:
    try:
        address = make_url(written)
    except ArgumentError:
        raise ValueError("不是数据库地址 is no address of a database") from None
    if address.password:
        raise ValueError("地址中不能有口令，请用password_secret no password in an address: use password_secret")
    return written


def _cron(written: str) -> str:
    if not croniter.is_valid(written):
        raise ValueError("不是cron表达式 is no cron expression")
    return written


def _one_question(written: str) -> str:
    if not re.match(r"\s*(SELECT|WITH)\b", written, re.IGNORECASE) or ";" in written:
        raise ValueError("应为一条SELECT，不带分号 must be one SELECT, without a semicolon")
    return written


Text: TypeAlias = Annotated[str, Field(min_length=1, max_length=2000)]
Name: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Secret: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
Duration: TypeAlias = Annotated[timedelta, BeforeValidator(duration)]
Folder: TypeAlias = Annotated[Path, BeforeValidator(_absolute)]
WebAddress: TypeAlias = Annotated[str, AfterValidator(_web_address)]
Headers: TypeAlias = Annotated[dict[Text, Text], Field(min_length=1)]


class Entry(BaseModel):
    """Any part of the configuration: nothing is converted, nothing unknown is passed over."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class Attestation(Entry):
    """The organ's standing attestation of its secrecy, trade-secret and privacy review: who gave it, and where."""

    who: Text
    document: Text


class BackOff(Entry):
    """How often an attempt is made in one run, and the first and longest wait between two of them."""

    attempts: Annotated[int, Field(ge=1, le=20)] = 5
    first: Duration = timedelta(seconds=1)
    most: Duration = timedelta(minutes=5)


class BucketPlace(Entry):
    """A place in an S3-compatible store and the two secrets that open it."""

    bucket: Text
    prefix: str = ""
    endpoint_url: WebAddress | None = None
    region: Text = "us-east-1"
    access_key_secret: Secret
    secret_key_secret: Secret


class FolderSource(Entry):
    """A watched folder. A file is whole when it keeps still for `settle`, or when `<name>.done` stands beside it."""

    type: Literal["folder"]
    path: Folder
    pattern: Text = "*"
    settle: Duration = timedelta(seconds=10)
    marker: bool = False
    keep: Duration = LONGEST_KEPT

    @model_validator(mode="after")
    def _kept_no_longer(self) -> "FolderSource":
        if self.keep > LONGEST_KEPT:
            raise ValueError("keep至多30d keep is at most 30d")
        return self


class BucketSource(BucketPlace):
    """The objects below a prefix; each is taken in once for each of its contents (key and ETag)."""

    type: Literal["bucket"]


class DatabaseSource(Entry):
    """Rows of a department's table, or of one SELECT, in the order of a column that only grows."""

    type: Literal["database"]
    url: Annotated[str, AfterValidator(_database_address)] | None = None
    url_secret: Secret | None = None
    password_secret: Secret | None = None
    table: Text | None = None
    select: Annotated[str, AfterValidator(_one_question)] | None = None
    columns: Headers
    cursor: Text
    overlap: Annotated[int, Field(ge=0)] | Duration | None = None
    most_rows: Annotated[int, Field(ge=1)] = 1_000_000
    timeout: Duration = timedelta(seconds=30)
    account_is_read_only: bool = False

    @model_validator(mode="after")
    def _one_of_each(self) -> "DatabaseSource":
        if (self.url is None) == (self.url_secret is None):
            raise ValueError("url与url_secret须恰有其一 exactly one of url and url_secret")
        if (self.table is None) == (self.select is None):
            raise ValueError("table与select须恰有其一 exactly one of table and select")
        return self


class NoPaging(Entry):
    """Everything is in one answer."""

    by: Literal["none"]


class TokenPaging(Entry):
    """Each answer holds, at the path `next`, the token that asks for the next page; none ends it.

    `resumes`: the last token stays good, and the next run begins with it.
    """

    by: Literal["token"]
    parameter: Text
    next: Text
    resumes: bool = False


class NumberPaging(Entry):
    """Pages are numbered; an empty one, or one equal to the page before it, ends them. No total is trusted."""

    by: Literal["page"]
    parameter: Text
    first: Annotated[int, Field(ge=0)] = 1
    size_parameter: Text | None = None
    size: Annotated[int, Field(ge=1, le=100_000)] = 500


class LinkPaging(Entry):
    """Each answer's Link header names the next page (rel="next"), on the same host."""

    by: Literal["link"]


class Since(Entry):
    """Only what is new is asked for: the query parameter, and the field of a record whose highest value it gets."""

    parameter: Text
    field: Text


class ServiceSource(Entry):
    """A paged JSON service. `records` is the path to the list; `fields` maps paths within a record to headers."""

    type: Literal["service"]
    url: WebAddress
    records: str = ""
    fields: Headers
    parameters: dict[Text, str] = {}
    paging: Annotated[NoPaging | TokenPaging | NumberPaging | LinkPaging, Field(discriminator="by")]
    since: Since | None = None
    token_secret: Secret | None = None
    token_header: Text = "Authorization"  # noqa: S105 a header's name
    token_prefix: str = "Bearer "  # noqa: S105 what stands before the token
    timeout: Duration = timedelta(seconds=30)
    most_pages: Annotated[int, Field(ge=1, le=100_000)] = 1000
    ca_file: Folder | None = None


class FolderReceipts(Entry):
    """Receipts as files of a folder."""

    to: Literal["folder"]
    path: Folder


class BucketReceipts(BucketPlace):
    """Receipts as objects below a prefix."""

    to: Literal["bucket"]


class PostedReceipts(Entry):
    """Receipts by HTTP POST, signed with HMAC-SHA256 under a shared key."""

    to: Literal["post"]
    url: WebAddress
    key_secret: Secret
    timeout: Duration = timedelta(seconds=30)
    ca_file: Folder | None = None


Source: TypeAlias = FolderSource | BucketSource | DatabaseSource | ServiceSource
Receipts: TypeAlias = FolderReceipts | BucketReceipts | PostedReceipts


class Connector(Entry):
    """One connector: which organ sends which kind, from where, when, and under whose standing attestation."""

    name: Name
    organ: Annotated[str, Field(pattern=r"^[0-9A-Z]{18}$")]
    kind: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{0,39}$")]
    schedule: Annotated[str, AfterValidator(_cron)] | None = None
    every: Text | None = None
    attested_by: Attestation
    source: Annotated[Source, Field(discriminator="type")]
    back_off: BackOff = BackOff()
    receipts: list[Annotated[Receipts, Field(discriminator="to")]] = []

    @model_validator(mode="after")
    def _when(self) -> "Connector":
        if (self.schedule is None) == (self.every is None):
            raise ValueError("schedule与every须恰有其一 exactly one of schedule and every")
        _ = self.cron
        return self

    @property
    def cron(self) -> str:
        """The schedule as a cron expression, read in the legal time zone."""
        if self.schedule is not None:
            return self.schedule
        found = re.fullmatch(r"([1-9]\d?)([smh])", self.every or "")
        if found and EVERY[found[2]][0] % int(found[1]) == 0:
            return EVERY[found[2]][1].format(found[1])
        raise ValueError(
            "every须能整除一分钟、一小时或一天，如30s、15m、6h"
            " every must divide a minute, an hour or a day evenly: 30s, 15m, 6h"
        )

    @property
    def actor(self) -> str:
        """Who acts when this connector does: the name in the trail and on the batch."""
        return f"connector:{self.name}"


class Configuration(Entry):
    """The whole file."""

    connectors: list[Connector]
