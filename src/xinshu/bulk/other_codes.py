"""Codes under another code's header: in templates of different years 代码_2 and 代码_3 change places."""

from collections.abc import Iterator, Mapping
from typing import Final

import polars as pl

from xinshu.bulk.codes import check_codes
from xinshu.bulk.layout import Layout
from xinshu.bulk.reasons import Finding, RowFault
from xinshu.kit.identifier_schemes import has_old_identity_form
from xinshu.kit.identifiers import Scheme, check_organisation_code, check_registration_number, normalise
from xinshu.law.entries import FieldRule

NAMES: Final[Mapping[Scheme, tuple[str, str]]] = {
    Scheme.REGISTRATION_NUMBER: ("15位工商注册号", "a business registration number of 15 digits"),
    Scheme.ORGANISATION_CODE: ("9位组织机构代码", "an organisation code of 9 characters"),
}


def codes_out_of_place(frame: pl.DataFrame, layout: Layout) -> Iterator[Finding]:
    """Each cell that is soundly another scheme's code than its header says, and each old identity number of a person.

    Told by header: organisation codes and registration numbers. A 15-digit number that may hold a birth date, and is
    neither a sound registration number nor a tax number (division and organisation code), is taken for a person's.
    """
    for name in layout.other_codes():
        cells = frame.select("index", pl.col(f"{name}:text").alias("cell")).drop_nulls()
        if cells.is_empty():
            continue
        answers = check_codes(cells["cell"])
        wanted = _scheme_of(layout.kind.fields[name])
        for scheme in (one for one in NAMES if wanted is not None and one is not wanted):
            for index in cells["index"].filter(answers["valid"] & (answers["scheme"] == scheme.value)):
                yield _out_of_place(name, index=index, found=scheme, wanted=wanted)
        old = cells.filter(cells["cell"].str.count_matches(r"\d") == 15)
        for index, cell in old.iter_rows():
            if _is_a_persons(normalise(cell)):
                yield Finding(index=index, field=name, fault=RowFault.PERSON_IN_CODE)


def _out_of_place(name: str, *, index: int, found: Scheme, wanted: Scheme | None) -> Finding:
    wanted_zh, wanted_en = NAMES[wanted] if wanted is not None else ("", "")
    details = {"found_zh": NAMES[found][0], "found_en": NAMES[found][1], "wanted_zh": wanted_zh, "wanted_en": wanted_en}
    return Finding(index=index, field=name, fault=RowFault.CODE_OF_ANOTHER_SCHEME, details=details)


def _scheme_of(rule: FieldRule) -> Scheme | None:
    """What a header promises, by its official name."""
    if "组织机构代码" in rule.name_zh:
        return Scheme.ORGANISATION_CODE
    return Scheme.REGISTRATION_NUMBER if "工商注册号" in rule.name_zh or rule.name_zh == "注册号" else None


def _is_a_persons(code: str) -> bool:
    return (
        has_old_identity_form(code)
        and not check_registration_number(code).valid
        and not check_organisation_code(code[6:]).valid
    )
