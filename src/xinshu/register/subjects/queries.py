"""Which bodies a code names, what a body is called, and which bodies a name may mean."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import polars as pl
from django.db import connection
from django.db.models import Q

from xinshu.law.terms import SubjectKind
from xinshu.register.access.prepared import prepared
from xinshu.register.subjects.models import SubjectDetail
from xinshu.register.subjects.names import bigrams, first_key, fold, initial_keys, last_key, sound_keys
from xinshu.register.subjects.sounds import SHORTEST_INITIALS, has_initials, sounds_at, typed_letters, ways

SHORTEST_SEARCH = 2
"""A name is searched from this many characters on."""
SHORTEST_CODE = 8
"""A code is searched from this many characters on."""


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """A body as known now: internal reference, kind, present code and present name."""

    subject: int
    kind: SubjectKind
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Named:
    """A name by which a body was found: as written and folded, whether it is a present one, and how it was found.

    `place`: the sign of the folded name at which what was asked for begins.
    """

    subject: int
    name: str
    folded: str
    is_present: bool
    place: int


@dataclass(frozen=True, slots=True)
class Known:
    """What intake needs to know of a code: the bodies it names, and the present names of each."""

    subjects: tuple[int, ...]
    names: frozenset[str]


DESCRIBE = """
SELECT s.id, s.kind,
       (SELECT c.code FROM subjects_subjectcode c WHERE c.subject_id = s.id AND c.valid_until IS NULL
         ORDER BY (c.scheme = 'USCC') DESC, c.code LIMIT 1),
       (SELECT n.name FROM subjects_subjectname n WHERE n.subject_id = s.id AND n.valid_until IS NULL
         ORDER BY n.recorded_at DESC LIMIT 1)
  FROM subjects_subject s
"""

BY_CODE = (
    DESCRIBE + " WHERE s.id IN (SELECT c.subject_id FROM subjects_subjectcode c WHERE c.code = %(code)s) ORDER BY s.id"
)

BY_REFERENCE = DESCRIBE + " WHERE s.id = ANY(%(subjects)s) ORDER BY s.id"

NAMED = (
    "SELECT n.subject_id, n.name, n.folded, n.valid_until IS NULL FROM subjects_subjectname n WHERE n.searchable AND"
)

BY_NAME = f"""
WITH same AS MATERIALIZED ({NAMED} n.bigrams @> %(same)s::int[] AND n.folded = %(folded)s),
     begun AS MATERIALIZED ({NAMED} n.bigrams @> %(begun)s::int[] AND starts_with(n.folded, %(folded)s)),
     held AS MATERIALIZED ({NAMED} n.bigrams @> %(held)s::int[] AND strpos(n.folded, %(folded)s) > 0)
(TABLE same LIMIT %(most)s) UNION ALL (TABLE begun LIMIT %(most)s) UNION ALL (TABLE held LIMIT %(most)s)
"""
"""However many names hold the text, the very name and those that begin with it are found. Danger: without MATERIALIZED
the limit leads the planner to read the table from its beginning; with it the index is asked, and reading still stops
at the limit."""

BY_CODE_BEGUN = """
SELECT DISTINCT subject_id FROM (
    SELECT c.subject_id FROM subjects_subjectcode c JOIN subjects_subject s ON s.id = c.subject_id
     WHERE c.code >= %(begun)s AND c.code < %(beyond)s AND s.kind <> %(withheld)s ORDER BY c.code LIMIT %(most)s) found
"""

KNOWN_COLUMNS: Final = {"subject_code": pl.String, "subject_id": pl.Int64, "name": pl.String}
KNOWN = """
SELECT q.code, c.subject_id, n.name FROM unnest(string_to_array(%(codes)s, E'\\n')) q(code)
 CROSS JOIN LATERAL (SELECT k.subject_id FROM subjects_subjectcode k WHERE k.code = q.code OFFSET 0) c
  LEFT JOIN LATERAL (SELECT k.name FROM subjects_subjectname k
                      WHERE k.subject_id = c.subject_id AND k.valid_until IS NULL OFFSET 0) n ON true
"""
"""One probe of an index for each code. Danger: a join of the tables instead, planned before any statistics are there,
compared each of 100,000 codes with each row."""


BODIES_COLUMNS: Final = {"code": pl.String, "subject": pl.Int64, "subject_kind": pl.String}
BODIES = """
SELECT q.code, s.id, s.kind FROM unnest(string_to_array(%(codes)s, E'\\n')) q(code)
  JOIN subjects_subjectcode c ON c.code = q.code JOIN subjects_subject s ON s.id = c.subject_id
"""

CODES = "SELECT subject_id, code FROM subjects_subjectcode WHERE subject_id = ANY(%(subjects)s)"


def named_by(code: str) -> tuple[SubjectRow, ...]:
    """Every body that this code names or once named; the code must be given in its normalised form."""
    return _described(BY_CODE, {"code": code})


def described(subjects: Iterable[int]) -> tuple[SubjectRow, ...]:
    """These bodies, by reference."""
    return _described(BY_REFERENCE, {"subjects": list(subjects)})


def codes_of(subjects: Iterable[int]) -> dict[int, list[str]]:
    """Every code that these bodies carry or once carried."""
    codes: dict[int, list[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(CODES, {"subjects": list(subjects)})
        for subject, code in cursor.fetchall():
            codes.setdefault(subject, []).append(code)
    return codes


def found_by_name(text: str, *, most: int) -> tuple[Named, ...]:
    """Names, present or former, that are, begin with or hold the text (2 characters or more); at most `most` of each.

    Individual businesses are not found by name: it is mostly a person's (Decision 5).
    """
    folded = fold(text)
    if len(folded) < SHORTEST_SEARCH:
        return ()
    held = bigrams(folded)
    begun = [*held, first_key(folded)]
    asked: dict[str, Any] = {
        "held": held,
        "begun": begun,
        "same": [*begun, last_key(folded)],
        "folded": folded,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(BY_NAME, asked)
        return tuple(_named(row, row[2].index(folded)) for row in dict.fromkeys(cursor.fetchall()))


def found_by_sound(text: str, *, most: int) -> tuple[Named, ...]:
    """Names of which pinyin without tones was typed: two whole syllables or more anywhere, or four initials or more.

    Initials are looked for at the beginning of a name only. Individual businesses are not found (Decision 5).
    """
    letters = typed_letters(text).replace("'", "")
    parted = ways(text)
    keys = [sound_keys(way.syllables) for way in parted]
    if len(letters) >= SHORTEST_INITIALS:
        keys.append(initial_keys(letters))
    if not keys:
        return ()
    any_of = " OR ".join(["n.bigrams @> %s::int[]"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(f"WITH said AS MATERIALIZED ({NAMED} ({any_of})) TABLE said LIMIT %s", [*keys, most])
        rows = cursor.fetchall()
    found = []
    for row in rows:
        places = [place for way in parted if (place := sounds_at(row[2], way)) is not None]
        if len(letters) >= SHORTEST_INITIALS and has_initials(row[2], letters):
            places.append(0)
        if places:
            found.append(_named(row, min(places)))
    return tuple(found)


def found_by_code(begun: str, *, most: int) -> tuple[int, ...]:
    """References of bodies of which a present or former code begins so (8 characters or more, normalised).

    Individual businesses are not found by half a code: whoever means one has the whole (Decision 5).
    """
    if len(begun) < SHORTEST_CODE:
        return ()
    beyond = begun[:-1] + chr(ord(begun[-1]) + 1)
    asked: dict[str, Any] = {
        "begun": begun,
        "beyond": beyond,
        "withheld": SubjectKind.INDIVIDUAL_BUSINESS,
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(BY_CODE_BEGUN, asked)
        return tuple(row[0] for row in cursor.fetchall())


def _named(row: tuple[Any, ...], place: int) -> Named:
    subject, name, folded, is_present = row
    return Named(subject, name, folded, is_present, place)


def known_bodies(codes: pl.Series) -> pl.DataFrame:
    """For intake, by columns: a row for each `subject_code` asked for, its body (`subject_id`) and present `name`."""
    said = b"".join(_copied(KNOWN, {"codes": "\n".join(codes)}))
    if not said:
        return pl.DataFrame(schema=KNOWN_COLUMNS)
    return pl.read_csv(said, has_header=False, schema=KNOWN_COLUMNS)


def bodies_by_code(codes: pl.Series) -> pl.DataFrame:
    """By columns: a row for each body that one of these codes (normalised) names or once named, with its kind."""
    said = b"".join(_copied(BODIES, {"codes": "\n".join(codes)}))
    if not said:
        return pl.DataFrame(schema=BODIES_COLUMNS)
    return pl.read_csv(said, has_header=False, schema=BODIES_COLUMNS)


def known(codes: Iterable[str]) -> dict[str, Known]:
    """For each of these codes that is known: its bodies and their present names."""
    subjects: dict[str, set[int]] = {}
    names: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, {"codes": "\n".join(set(codes))})
        for code, subject, name in cursor.fetchall():
            subjects.setdefault(code, set()).add(subject)
            names.setdefault(code, set()).update(() if name is None else (name,))
    return {code: Known(tuple(sorted(bodies)), frozenset(names[code])) for code, bodies in subjects.items()}


def details_of(subject: int) -> dict[str, str]:
    """The present status, division and industry of a body, where they are known."""
    present = SubjectDetail.objects.filter(Q(valid_until__isnull=True), subject_id=subject)
    return dict(present.values_list("attribute", "value"))


def _copied(sql: str, asked: dict[str, Any]) -> Iterator[bytes]:
    statement = f"COPY ({sql}) TO STDOUT (FORMAT csv)"
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.cursor.copy(statement, asked) as answer:
        yield from answer


def _described(sql: str, values: dict[str, Any]) -> tuple[SubjectRow, ...]:
    rows = prepared(sql, values)
    return tuple(SubjectRow(row[0], SubjectKind(row[1]), row[2] or "", row[3] or "") for row in rows)
