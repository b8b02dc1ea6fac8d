"""Which column holds which field: a header is known by a field's identifier, its official name or a listed spelling."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

from xinshu.bulk.files import REASONS_HEADER
from xinshu.bulk.given_names import LONGEST_NAMED, shown_header
from xinshu.bulk.raw import UnreadableFile
from xinshu.law.entries import FieldRule, FieldType, Kind, Need, Protected

NOTHING: Final[Mapping[str, str]] = {}
TEN_THOUSAND: Final = "万元"
IN_YUAN: Final = re.compile(r"(?<!万)(?<!亿)元$")
NAMED_AT_MOST: Final = 20
# Not compared: blanks, brackets of any form, colons, asterisks. Hyphens and underscores are one.
_FOLD: Final = str.maketrans(dict.fromkeys("()[]{}<>〔〕【】「」《》:*") | dict.fromkeys("-—–", "_"))


# Where no header is known, the first row may be data: none of it is repeated.
NO_HEADER_ROW: Final = (
    "第一行没有任何已知字段，可能缺少表头",
    "the first row has no known field: the header row may be missing",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderMatch:
    """Which header holds each field, and all that stands in the way of reading the file.

    `fields`: field identifier -> the file's header. `unknown`: headers that name no field. `missing`: mandatory fields
    without a column. `ambiguous`: headers that name two fields, or share one field with another header. `left_out`:
    headers that the organ leaves out by its own mapping. `forbidden`: headers of protected matter, with that matter.
    `joined`: further headers of a field of several choices, whose cells are read together with the first's.
    """

    fields: Mapping[str, str]
    unknown: tuple[str, ...]
    missing: tuple[str, ...]
    ambiguous: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    forbidden: Mapping[str, Protected] = field(default_factory=dict)
    joined: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether every column is known and every mandatory field has one."""
        return not (self.unknown or self.missing or self.ambiguous or self.forbidden)


class HeadersRefused(UnreadableFile):
    """A file whose columns do not fit the kind; it names each header, and the nearest known one as a suggestion."""

    def __init__(self, match: HeaderMatch, kind: Kind) -> None:
        unknown = [_say_unknown(header, kind) for header in match.unknown] if match.fields else [NO_HEADER_ROW]
        told = [
            *(_say_forbidden(header, matter) for header, matter in match.forbidden.items()),
            *(unknown if match.unknown else ()),
            *(_say_ambiguous(header) for header in match.ambiguous),
            *(_say_missing(kind.fields[field], field) for field in match.missing),
        ]
        more = len(told) - NAMED_AT_MOST
        zh = "；".join(one[0] for one in told[:NAMED_AT_MOST]) + (f"；另有{more}处" if more > 0 else "")
        en = "; ".join(one[1] for one in told[:NAMED_AT_MOST]) + (f"; and {more} more" if more > 0 else "")
        super().__init__(
            f"表头与“{kind.name_zh}”的模板不符，整个文件未受理：{zh}。请按模板修改表头，或者在平台上指明各列对应的字段后重新报送。",
            f"The headers do not fit the template of “{kind.name_en}”, so nothing of the file was taken in: {en}. "
            "Please change the headers as the template has them, or tell the platform which field each column holds, "
            "and send the file again.",
        )
        self.match = match


def match_headers(
    headers: Sequence[str],
    kind: Kind,
    *,
    mapping: Mapping[str, str] = NOTHING,
    protected: Iterable[Protected] = (),
) -> HeaderMatch:
    """Match a file's headers with the fields of a kind; nothing is guessed. The column of reasons is ignored.

    `mapping`: what an organ said of its own headers: header -> field, or "" to leave the column out. It wins over the
    spellings of the kind, but leads to no field that another column has, from no column in yuan to one in 10,000 yuan,
    and past no protected matter. Several columns for one field of several choices are read together.
    """
    known, own = _fields_by_spelling(kind), {fold_header(header): name for header, name in mapping.items()}
    sent = [header for header in headers if header != REASONS_HEADER]
    left_out = tuple(header for header in sent if own.get(fold_header(header)) == "")
    named = {header: _named(header, kind, known, own) for header in sent if header not in left_out}
    columns: defaultdict[str, list[str]] = defaultdict(list)
    for header, found in named.items():
        for name in found:
            columns[name].append(header)
    told = {
        name: own_headers
        for name, own_headers in columns.items()
        if all(len(named[header]) == 1 for header in own_headers) and (len(own_headers) == 1 or _joins(kind, name))
    }
    taken = {header for headers_of in told.values() for header in headers_of}
    return HeaderMatch(
        fields={name: headers_of[0] for name, headers_of in told.items()},
        unknown=tuple(header for header, found in named.items() if not found),
        missing=tuple(n for n, rule in kind.fields.items() if rule.need is Need.MANDATORY and n not in columns),
        ambiguous=tuple(header for header, found in named.items() if found and header not in taken),
        left_out=left_out,
        forbidden=_forbidden([header for header in sent if not named.get(header)], protected),
        joined={name: tuple(headers_of[1:]) for name, headers_of in told.items() if len(headers_of) > 1},
    )


def accepted_headers(
    headers: Sequence[str],
    kind: Kind,
    *,
    mapping: Mapping[str, str] = NOTHING,
    protected: Iterable[Protected] = (),
) -> HeaderMatch:
    """The match, when the whole header fits the kind. Raises HeadersRefused."""
    match = match_headers(headers, kind, mapping=mapping, protected=protected)
    if not match.is_whole:
        raise HeadersRefused(match, kind)
    return match


def _named(header: str, kind: Kind, known: Mapping[str, tuple[str, ...]], own: Mapping[str, str]) -> tuple[str, ...]:
    """The fields that a header stands for: none, one, or several that share a spelling."""
    folded = fold_header(header)
    chosen = kind.fields.get(own.get(folded, ""))
    if chosen is None:
        return known.get(folded, ())
    in_yuan = IN_YUAN.search(folded) is not None and TEN_THOUSAND in chosen.name_zh
    return () if in_yuan else (own[folded],)


def _joins(kind: Kind, name: str) -> bool:
    return kind.fields[name].type is FieldType.CHOICES


def _forbidden(headers: Sequence[str], protected: Iterable[Protected]) -> Mapping[str, Protected]:
    matters = {fold_header(spelling): matter for matter in protected for spelling in matter.headers}
    return {header: matters[fold_header(header)] for header in headers if fold_header(header) in matters}


def fold_header(header: str) -> str:
    """The form in which headers are compared."""
    folded = unicodedata.normalize("NFKC", header).casefold().translate(_FOLD)
    return "".join(folded.split())


def _spellings(name: str, rule: FieldRule) -> Iterable[str]:
    return (name, rule.name_zh, *rule.spellings)


def _fields_by_spelling(kind: Kind) -> Mapping[str, tuple[str, ...]]:
    known: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for name, rule in kind.fields.items():
        for folded in {fold_header(spelling) for spelling in _spellings(name, rule)}:
            known[folded] += (name,)
    return known


def _say_unknown(header: str, kind: Kind) -> tuple[str, str]:
    by_fold = {fold_header(s): s for name, rule in kind.fields.items() for s in _spellings(name, rule)}
    near = get_close_matches(fold_header(header)[:LONGEST_NAMED], by_fold, n=1)
    zh, en = f"“{shown_header(header)}”不是已知字段", f"“{shown_header(header)}” is no known field"
    if not near:
        return zh, en
    return (
        f"{zh}（最接近的是“{by_fold[near[0]]}”，请确认）",
        f"{en} (the nearest is “{by_fold[near[0]]}”: please confirm)",
    )


def _say_forbidden(header: str, matter: Protected) -> tuple[str, str]:
    return (
        f"“{shown_header(header)}”一列属于不得归集的内容（{matter.name_zh}）：请删去该列",
        f"the column “{shown_header(header)}” holds what must not be collected ({matter.name_en}): delete it",
    )


def _say_ambiguous(header: str) -> tuple[str, str]:
    shown = shown_header(header)
    return f"“{shown}”与另一列指同一字段", f"“{shown}” stands for the same field as another column"


def _say_missing(rule: FieldRule, field: str) -> tuple[str, str]:
    return f"缺少必填字段“{rule.name_zh}”（{field}）", f"the mandatory field “{rule.name_en}” ({field}) has no column"
