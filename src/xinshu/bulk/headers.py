"""Which column holds which field: a header is known by a field's identifier, its official name or a listed spelling."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from xinshu.bulk.files import REASONS_HEADER
from xinshu.bulk.raw import UnreadableFile
from xinshu.law.entries import FieldRule, Kind, Need

NAMED_AT_MOST: Final = 20
LONGEST_NAMED: Final = 40
# Not compared: blanks, brackets of any form, colons, asterisks. Hyphens and underscores are one.
_FOLD: Final = str.maketrans(dict.fromkeys("()[]{}<>〔〕【】「」《》:*") | dict.fromkeys("-—–", "_"))


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderMatch:
    """Which header holds each field, and all that stands in the way of reading the file.

    `fields`: field identifier -> the file's header. `unknown`: headers that name no field. `missing`: mandatory fields
    without a column. `ambiguous`: headers that name two fields, or share one field with another header.
    """

    fields: Mapping[str, str]
    unknown: tuple[str, ...]
    missing: tuple[str, ...]
    ambiguous: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether every column is known and every mandatory field has one."""
        return not (self.unknown or self.missing or self.ambiguous)


class HeadersRefused(UnreadableFile):
    """A file whose columns do not fit the kind; it names each header, and the nearest known one as a suggestion."""

    def __init__(self, match: HeaderMatch, kind: Kind) -> None:
        told = [
            *(_say_unknown(header, kind) for header in match.unknown),
            *(_say_ambiguous(header) for header in match.ambiguous),
            *(_say_missing(kind.fields[field], field) for field in match.missing),
        ]
        more = len(told) - NAMED_AT_MOST
        zh = "；".join(one[0] for one in told[:NAMED_AT_MOST]) + (f"；另有{more}处" if more > 0 else "")
        en = "; ".join(one[1] for one in told[:NAMED_AT_MOST]) + (f"; and {more} more" if more > 0 else "")
        super().__init__(
            f"表头与“{kind.name_zh}”的模板不符，整个文件未受理：{zh}。请按模板修改表头后重新报送。",
            f"The headers do not fit the template of “{kind.name_en}”, so nothing of the file was taken in: {en}. "
            "Please change the headers as the template has them and send the file again.",
        )
        self.match = match


def match_headers(headers: Sequence[str], kind: Kind) -> HeaderMatch:
    """Match a file's headers with the fields of a kind; nothing is guessed. The column of reasons is ignored."""
    known = _fields_by_spelling(kind)
    named = {header: known.get(fold_header(header), ()) for header in headers if header != REASONS_HEADER}
    taken = Counter(field for fields in named.values() for field in fields)
    fields = {found[0]: header for header, found in named.items() if len(found) == 1 and taken[found[0]] == 1}
    mandatory = (name for name, rule in kind.fields.items() if rule.need is Need.MANDATORY)
    return HeaderMatch(
        fields=fields,
        unknown=tuple(header for header, found in named.items() if not found),
        missing=tuple(name for name in mandatory if name not in taken),
        ambiguous=tuple(h for h, found in named.items() if found and not (len(found) == 1 and taken[found[0]] == 1)),
    )


def accepted_headers(headers: Sequence[str], kind: Kind) -> Mapping[str, str]:
    """Field identifier -> header, when the whole header fits the kind. Raises HeadersRefused."""
    match = match_headers(headers, kind)
    if not match.is_whole:
        raise HeadersRefused(match, kind)
    return match.fields


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


def _shown(header: str) -> str:
    """A header as it may be repeated: where the header row is missing, data stands in it, numbers of persons too."""
    return re.sub(r"[0-9０-９]{6,}[0-9XxＸｘ]?", "…", header)[:LONGEST_NAMED]


def _say_unknown(header: str, kind: Kind) -> tuple[str, str]:
    by_fold = {fold_header(s): s for name, rule in kind.fields.items() for s in _spellings(name, rule)}
    near = get_close_matches(fold_header(header)[:LONGEST_NAMED], by_fold, n=1)
    zh, en = f"“{_shown(header)}”不是已知字段", f"“{_shown(header)}” is no known field"
    if not near:
        return zh, en
    return (
        f"{zh}（最接近的是“{by_fold[near[0]]}”，请确认）",
        f"{en} (the nearest is “{by_fold[near[0]]}”: please confirm)",
    )


def _say_ambiguous(header: str) -> tuple[str, str]:
    shown = _shown(header)
    return f"“{shown}”与另一列指同一字段", f"“{shown}” stands for the same field as another column"


def _say_missing(rule: FieldRule, field: str) -> tuple[str, str]:
    return f"缺少必填字段“{rule.name_zh}”（{field}）", f"the mandatory field “{rule.name_en}” ({field}) has no column"
