"""Each of the 13 categories of the catalogue comes in by a declared schema: one sound row of every kind, checked."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tests.catalogue import shipped
from tests.kinds import DECIDED_ON, LASTS_UNTIL, ORGAN_CODE, made_up_code, sample_row
from xinshu.bulk.checks import Checked, RowFault, check_table
from xinshu.bulk.files import Table, read_table
from xinshu.bulk.headers import HeadersRefused, fold_header, match_headers
from xinshu.law.catalogue import NATIONAL
from xinshu.law.entries import FieldRole, FieldType, Need
from xinshu.law.publicity import publicity
from xinshu.law.terms import Audience, Record, SubjectKind

TODAY = date(2026, 11, 23)
FOLDER = Path(__file__).resolve().parents[2] / "catalogue"


KINDS = tuple(shipped().kinds)


def table_of(folder: Path, *rows: dict[str, str]) -> Table:
    path = folder / "rows.csv"
    pl.DataFrame(list(rows)).write_csv(path)
    return read_table(path)


def checked(folder: Path, kind_name: str, *rows: dict[str, str]) -> Checked:
    catalogue = shipped()
    layer = catalogue.layers[kind_name]
    return check_table(
        table_of(folder, *rows),
        kind_name=kind_name,
        kind=catalogue.kinds[kind_name],
        catalogue=catalogue,
        division="110000" if layer == NATIONAL else layer,
        on_date=TODAY,
    )


def field_of(kind_name: str, role: FieldRole) -> str | None:
    return next((name for name, rule in shipped().kinds[kind_name].fields.items() if rule.role is role), None)


def test_every_category_has_a_national_kind() -> None:
    catalogue = shipped()
    national = {kind.category for name, kind in catalogue.kinds.items() if catalogue.layers[name] == NATIONAL}
    assert national == set(range(1, 14))


def test_the_ten_sorts_of_administrative_management_each_have_one() -> None:
    catalogue = shipped()
    found = {
        kind.name_zh
        for name, kind in catalogue.kinds.items()
        if kind.category == 3 and catalogue.layers[name] == NATIONAL
    }
    sorts = "许可 处罚 强制 确认 征收 给付 裁决 补偿 奖励 监督检查"
    assert found == {f"行政{sort}" for sort in sorts.split()}


@pytest.mark.parametrize("kind_name", KINDS)
def test_a_sound_row_is_accepted(kind_name: str, tmp_path: Path) -> None:
    row = sample_row(kind_name, shipped())
    assert match_headers(tuple(row), shipped().kinds[kind_name]).is_whole
    result = checked(tmp_path, kind_name, row)
    assert [str(reason) for back in result.returned for reason in back.reasons] == []
    (good,) = result.good.to_dicts()
    assert (good["organ_code"], good["decided_on"]) == (ORGAN_CODE, DECIDED_ON)
    assert good["event_on"] in (LASTS_UNTIL, None)
    assert good["subject_kind"] in shipped().kinds[kind_name].subjects
    assert not good["already_ended"]


@pytest.mark.parametrize("kind_name", KINDS)
def test_each_mandatory_field_that_is_empty_returns_the_row_and_is_named(kind_name: str, tmp_path: Path) -> None:
    kind = shipped().kinds[kind_name]
    wanted = [name for name, rule in kind.fields.items() if rule.need is Need.MANDATORY]
    assert wanted
    rows = [sample_row(kind_name, shipped(), **{name: ""}) for name in wanted]
    result = checked(tmp_path, kind_name, *rows)
    missing = {RowFault.MISSING, RowFault.MISSING_FOR_SUBJECT_TYPE, RowFault.NO_USABLE_CODE}
    told = [{reason.field for reason in back.reasons if reason.code in missing} for back in result.returned]
    assert len(result.returned) == len(wanted)
    assert all(name in fields for name, fields in zip(wanted, told, strict=True))


@pytest.mark.parametrize("kind_name", KINDS)
def test_a_file_without_the_column_of_a_mandatory_field_is_refused_and_told_which(
    kind_name: str, tmp_path: Path
) -> None:
    number = field_of(kind_name, FieldRole.DOCUMENT_NUMBER) or ""
    with pytest.raises(HeadersRefused) as refused:
        checked(tmp_path, kind_name, sample_row(kind_name, shipped(), **{number: None}))
    assert refused.value.match.missing == (number,)
    assert shipped().kinds[kind_name].fields[number].name_zh in str(refused.value)


@pytest.mark.parametrize("kind_name", [name for name in KINDS if field_of(name, FieldRole.SUBJECT_TYPE)])
def test_a_natural_person_is_counted_outside_in_every_kind_that_says_the_type(kind_name: str, tmp_path: Path) -> None:
    kind = shipped().kinds[kind_name]
    personal = [name for name, rule in kind.fields.items() if rule.type is FieldType.PERSONAL]
    changes = dict.fromkeys(personal, "示例") | {field_of(kind_name, FieldRole.SUBJECT_TYPE) or "": "自然人"}
    result = checked(tmp_path, kind_name, sample_row(kind_name, shipped(), **changes))
    assert (result.outside, result.good.height, result.returned) == (1, 0, ())
    assert result.dropped_personal == len(personal)


PREFIXES = {SubjectKind.ENTERPRISE: "91", SubjectKind.GOVERNMENT_BODY: "11", SubjectKind.COLLECTIVE: "N2"}
FOREIGN = [
    (name, prefix)
    for name, kind in shipped().kinds.items()
    for subject_kind, prefix in PREFIXES.items()
    if subject_kind not in kind.subjects
]


@pytest.mark.parametrize(("kind_name", "prefix"), FOREIGN)
def test_a_subject_that_the_kind_does_not_cover_goes_back(kind_name: str, prefix: str, tmp_path: Path) -> None:
    code = field_of(kind_name, FieldRole.SUBJECT_CODE) or ""
    result = checked(tmp_path, kind_name, sample_row(kind_name, shipped(), **{code: made_up_code(3, prefix)}))
    told = {reason.code for back in result.returned for reason in back.reasons}
    assert told == {RowFault.SUBJECT_NOT_COVERED}


@pytest.mark.parametrize("kind_name", [n for n in KINDS if shipped().kinds[n].audience is not Audience.PUBLIC])
@pytest.mark.parametrize("subject_kind", SubjectKind)
def test_what_is_not_for_everyone_is_never_shown(kind_name: str, subject_kind: SubjectKind) -> None:
    record = Record(kind=kind_name, subject_kind=subject_kind, recorded_on=DECIDED_ON, decided_on=DECIDED_ON)
    verdict = publicity(record, shipped())
    assert verdict.period is None
    assert verdict.withheld == set(shipped().kinds[kind_name].fields)


@pytest.mark.parametrize("kind_name", KINDS)
def test_no_field_asks_for_what_nobody_may_collect(kind_name: str) -> None:
    """Guard-rail G17: no column of any kind bears a protected name."""
    protected = {fold_header(header) for entry in shipped().protected.values() for header in entry.headers}
    assert protected
    fields = shipped().kinds[kind_name].fields
    words = {fold_header(word) for name, rule in fields.items() for word in (name, rule.name_zh, *rule.spellings)}
    assert words & protected == set()


def test_an_unknown_list_is_no_list(tmp_path: Path) -> None:
    """A list without a basis of its own is no choice of the vocabulary (guard-rail G3)."""
    row = sample_row("SERIOUS_DISHONESTY", shipped(), LIST="联合惩戒备忘录名单")
    (back,) = checked(tmp_path, "SERIOUS_DISHONESTY", row).returned
    assert [(reason.field, reason.code) for reason in back.reasons] == [("LIST", RowFault.UNKNOWN_CHOICE)]


@pytest.mark.parametrize("name", ["NOTIFIED_ON", "DEFENCE_UNTIL", "DECIDED_ON", "SERVED_ON", "ENTRY_BASIS"])
def test_a_listing_states_each_step_that_it_rests_on(name: str) -> None:
    """Guard-rail G6: notice, defence, decision, service, and the article with the conditions of entry."""
    assert shipped().kinds["SERIOUS_DISHONESTY"].fields[name].need is Need.MANDATORY


def test_a_revoked_penalty_of_the_old_layout_has_ended(tmp_path: Path) -> None:
    result = checked(tmp_path, "ADMIN_PENALTY", sample_row("ADMIN_PENALTY", shipped(), CF_ZT="1"))
    assert result.good["already_ended"].to_list() == [True]
    (normal,) = checked(tmp_path, "ADMIN_PENALTY", sample_row("ADMIN_PENALTY", shipped(), CF_ZT="0")).good.to_dicts()
    assert not normal["already_ended"]


def test_the_government_may_be_the_party_in_breach(tmp_path: Path) -> None:
    """Both directions in one kind: a row of each party of one contract, and neither takes the other's place."""
    government = made_up_code(9, "11")
    kind = "CONTRACT_PERFORMANCE"
    first = sample_row(
        kind, shipped(), SUBJECT_CODE=government, SIDE="甲方", BREACH_BY="甲方", PERFORMANCE="全部未履行"
    )
    second = sample_row(kind, shipped(), SIDE="乙方", BREACH_BY="甲方", PERFORMANCE="全部履行")
    result = checked(tmp_path, kind, first, second)
    assert result.good["subject_kind"].to_list() == ["GOVERNMENT_BODY", "ENTERPRISE"]
    assert result.good["document_number"].n_unique() == 1
    assert result.returned == ()
