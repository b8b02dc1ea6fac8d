"""The shipped catalogue: it loads without a fault and says what the official documents say."""

import re
import string
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xinshu.law.articles import anchor
from xinshu.law.catalogue import NATIONAL, Catalogue
from xinshu.law.checks import VOCABULARIES
from xinshu.law.doubts import SCOPE_RANKS
from xinshu.law.entries import ClassTable, FieldRole, FieldType, Instrument, Kind, Mask, Need, TermRow
from xinshu.law.severity import severity
from xinshu.law.terms import (
    Audience,
    Certainty,
    ClockStart,
    Decision,
    Effect,
    Mark,
    Penalty,
    Procedure,
    Rank,
    Remedy,
    Severity,
    SubjectKind,
    TermKind,
    Transition,
)
from xinshu.law.verdict import ReasonCode
from xinshu.register.catalogues.files import load_catalogue

FOLDER = Path(__file__).resolve().parents[2] / "catalogue"
LOOKED_AT = date(2026, 11, 23)
LOOKED_AT_SINCE = (LOOKED_AT, date(2026, 11, 24), date(2026, 11, 26), date(2026, 11, 27))

# The national kinds, in the order of their files: category, what they mean for the subject, and for whom they are.
ADVERSE, NEUTRAL, FAVOURABLE = Effect.ADVERSE, Effect.NEUTRAL, Effect.FAVOURABLE
PUBLIC, GOVERNMENT, AUTHORISED = Audience.PUBLIC, Audience.GOVERNMENT, Audience.AUTHORISED
KINDS = {
    "ENTERPRISE_REGISTRATION": (1, NEUTRAL, PUBLIC),
    "OTHER_REGISTRATION": (1, NEUTRAL, GOVERNMENT),
    "JUDGMENT_DEFAULTER": (2, ADVERSE, PUBLIC),
    "ADMIN_ADJUDICATION": (3, NEUTRAL, GOVERNMENT),
    "ADMIN_COERCION": (3, ADVERSE, GOVERNMENT),
    "ADMIN_COMPENSATION": (3, NEUTRAL, GOVERNMENT),
    "ADMIN_CONFIRMATION": (3, NEUTRAL, GOVERNMENT),
    "ADMIN_INSPECTION": (3, NEUTRAL, GOVERNMENT),
    "ADMIN_LEVY": (3, NEUTRAL, GOVERNMENT),
    "ADMIN_LICENCE": (3, NEUTRAL, PUBLIC),
    "ADMIN_PAYMENT": (3, NEUTRAL, GOVERNMENT),
    "ADMIN_PENALTY": (3, ADVERSE, PUBLIC),
    "ADMIN_REWARD": (3, FAVOURABLE, GOVERNMENT),
    "PRACTICE": (4, NEUTRAL, GOVERNMENT),
    "ABNORMAL_INDIVIDUAL_BUSINESS": (5, ADVERSE, GOVERNMENT),
    "ABNORMAL_OPERATION": (5, ADVERSE, PUBLIC),
    "ABNORMAL_ORGANISATION": (5, ADVERSE, GOVERNMENT),
    "ABNORMAL_TAXPAYER": (5, ADVERSE, GOVERNMENT),
    "SERIOUS_DISHONESTY": (6, ADVERSE, PUBLIC),
    "CONTRACT_PERFORMANCE": (7, NEUTRAL, GOVERNMENT),
    "COMMITMENT": (8, NEUTRAL, GOVERNMENT),
    "EVALUATION_RESULT": (9, NEUTRAL, GOVERNMENT),
    "TAX_CREDIT_GRADE": (9, NEUTRAL, GOVERNMENT),
    "SOCIAL_INSURANCE_ARREARS": (10, ADVERSE, GOVERNMENT),
    "TAX_ARREARS": (10, ADVERSE, PUBLIC),
    "HONOUR": (11, FAVOURABLE, PUBLIC),
    "INTELLECTUAL_PROPERTY_PLEDGE": (12, NEUTRAL, AUTHORISED),
    "SOFTWARE_COPYRIGHT": (12, FAVOURABLE, GOVERNMENT),
    "VOLUNTARY_INFORMATION": (13, FAVOURABLE, AUTHORISED),
}
DEPARTMENTS = ("MARKET_REGULATION", "WORK_SAFETY", "FIRE", "ECOLOGY", "TRANSPORT")


def listed(text: str) -> list[str]:
    return text.split()


# The official templates of double publicity, in their order.
PENALTY_IDS = listed(
    "CF_XDR_MC CF_XDR_LB CF_XDR_SHXYM CF_XDR_GSZC CF_XDR_ZZJG CF_XDR_SWDJ CF_XDR_SYDW CF_XDR_SHZZ CF_FRDB CF_FR_ZJLX "
    "CF_FR_ZJHM CF_XDR_ZJLX CF_XDR_ZJHM CF_WSH CF_WFXW CF_SY CF_YJ CF_CFLB CF_NR CF_NR_FK CF_NR_WFFF CF_NR_ZKDX "
    "CF_JDRQ CF_YXQ CF_GSJZQ CF_CFJG CF_CFJGDM CF_SJLY CF_SJLYDM BZ"
)
SUPPLEMENT_IDS = listed("PROCEDURE AREA SEVERITY SEVERITY_ROW SERVED_ON PUBLICITY_REASON DUTY_UNMET ITEM")
OLD_PENALTY_IDS = listed("CF_CFMC EFFECTIVE_ON CF_ZT DFBM SJC")
OLD_LICENCE_IDS = listed("PROJECT DFBM SJC")
LICENCE_IDS = listed(
    "XK_XDR_MC XK_XDR_LB XK_XDR_SHXYM XK_XDR_GSZC XK_XDR_ZZJG XK_XDR_SWDJ XK_XDR_SYDW XK_XDR_SHZZ XK_FRDB XK_FR_ZJLX "
    "XK_FR_ZJHM XK_XDR_ZJLX XK_XDR_ZJHM XK_XKWS XK_WSH XK_XKLB XK_XKZS XK_XKBH XK_NR XK_JDRQ XK_YXQZ XK_YXQZI XK_XKJG "
    "XK_XKJGDM XK_ZT XK_LYDW XK_LYDWDM BZ"
)
PERSONAL_IDS = {
    *("CF_FR_ZJLX", "CF_FR_ZJHM", "CF_XDR_ZJLX", "CF_XDR_ZJHM"),
    *("XK_FR_ZJLX", "XK_FR_ZJHM", "XK_XDR_ZJLX", "XK_XDR_ZJHM"),
    *("PERSON_DOCUMENT", "PERSON_NUMBER", "PERSON_NUMBERS", "CONTACT", "CONTACT_PHONE", "HANDLER"),
}
NEVER_PUBLIC_IDS = PERSONAL_IDS | {"CF_FRDB", "XK_FRDB", "BZ", "REMARK", "CF_GSJZQ", "REPRESENTATIVE", "ADDRESS"}

PENALTY_LENGTHS = {
    **{"CF_XDR_MC": 200, "CF_XDR_LB": 16, "CF_XDR_SHXYM": 18, "CF_XDR_GSZC": 50, "CF_XDR_ZZJG": 9, "CF_XDR_SWDJ": 15},
    **{"CF_XDR_SYDW": 12, "CF_XDR_SHZZ": 50, "CF_FRDB": 50, "CF_FR_ZJLX": 64, "CF_FR_ZJHM": 64, "CF_XDR_ZJLX": 64},
    **{"CF_XDR_ZJHM": 64, "CF_WSH": 64, "CF_WFXW": 2000, "CF_SY": 5000, "CF_YJ": 2000, "CF_CFLB": 64, "CF_NR": 4000},
    **{"CF_NR_ZKDX": 200, "CF_CFJG": 200, "CF_CFJGDM": 18, "CF_SJLY": 200, "CF_SJLYDM": 18, "BZ": 512},
}

CATEGORIES = (
    "登记注册基本信息",
    "司法裁判及执行信息",
    "行政管理信息",
    "职称和职业信息",
    "经营（活动）异常名录（状态）信息",
    "严重失信主体名单信息",
    "合同履行信息",
    "信用承诺及履行情况信息",
    "信用评价结果信息",
    "遵守法律法规情况信息",
    "诚实守信相关荣誉信息",
    "知识产权信息",
    "经营主体自愿提供的信用信息",
)

# row: term, min_months, max_months, repairable, only_with_reason
Figures = tuple[TermKind, int | None, int | None, bool, bool]
REGIMES: dict[str, tuple[date, date | None, str, dict[str, Figures]]] = {
    "R2019_527": (
        date(2019, 7, 1),
        date(2023, 5, 1),
        "NDRC-2019-527",
        {
            "GRAVE": (TermKind.FIXED, None, 36, False, False),
            "SERIOUS_BY_CLASS": (TermKind.FIXED, 6, 36, True, False),
            "SERIOUS_BY_PENALTY": (TermKind.FIXED, 6, 36, True, False),
            "GENERAL": (TermKind.FIXED, 3, 12, True, False),
        },
    ),
    "ORDER_58": (
        date(2023, 5, 1),
        date(2026, 4, 1),
        "NDRC-58",
        {
            "SUMMARY": (TermKind.NOT_SHOWN, None, None, True, False),
            "WARNING_ONLY": (TermKind.NOT_SHOWN, None, None, True, False),
            "FIVE_AREAS": (TermKind.FIXED, 12, 36, True, False),
            "GENERAL": (TermKind.FIXED, 3, 36, True, False),
        },
    ),
    "ORDER_36": (
        date(2026, 4, 1),
        None,
        "NDRC-36",
        {
            "MINOR": (TermKind.FIXED, 0, 3, True, True),
            "ORDINARY": (TermKind.DEPARTMENT_RULE, 3, 12, True, False),
            "SERIOUS": (TermKind.DEPARTMENT_RULE, 12, 36, True, False),
        },
    ),
}

INSTRUMENTS = {
    "OPINIONS-2025": Rank.CENTRAL_DOCUMENT,
    "PRC-APL": Rank.LAW,
    "PRC-ALL": Rank.LAW,
    "PRC-CIVIL-CODE": Rank.LAW,
    "PRC-LEGISLATION-LAW": Rank.LAW,
    "PRC-PIPL": Rank.LAW,
    "SC-EPI": Rank.ADMINISTRATIVE_REGULATION,
    "SC-OGI": Rank.ADMINISTRATIVE_REGULATION,
    "SC-ENV": Rank.ADMINISTRATIVE_REGULATION,
    "SC-SOFTWARE": Rank.ADMINISTRATIVE_REGULATION,
    "PRC-CPL": Rank.LAW,
    "PRC-AEL": Rank.LAW,
    "PRC-TAX-LAW": Rank.LAW,
    "PRC-SOCIAL-INSURANCE-LAW": Rank.LAW,
    "SC-2025-22": Rank.CENTRAL_DOCUMENT,
    "NDRC-36": Rank.DEPARTMENT_RULE,
    "NDRC-58": Rank.DEPARTMENT_RULE,
    "NDRC-2019-527": Rank.OTHER_NORMATIVE_DOCUMENT,
    "NDRC-2018-424": Rank.OTHER_NORMATIVE_DOCUMENT,
    "NATIONAL-CATALOGUE-2025": Rank.OTHER_NORMATIVE_DOCUMENT,
    "NATIONAL-MEASURES-2025": Rank.OTHER_NORMATIVE_DOCUMENT,
    "SPC-DEFAULTERS": Rank.JUDICIAL_INTERPRETATION,
    "SC-2016-33": Rank.CENTRAL_DOCUMENT,
    "SC-2020-49": Rank.CENTRAL_DOCUMENT,
    "PRC-GPL": Rank.LAW,
    "PRC-FOOD-SAFETY": Rank.LAW,
    "PRC-WORK-SAFETY": Rank.LAW,
    "SC-WAGES": Rank.ADMINISTRATIVE_REGULATION,
    "SC-FAIR-COMPETITION": Rank.ADMINISTRATIVE_REGULATION,
    "SC-GPL-RULES": Rank.ADMINISTRATIVE_REGULATION,
    "MOHRSS-45": Rank.DEPARTMENT_RULE,
    "STA-54": Rank.DEPARTMENT_RULE,
    "MEM-11": Rank.DEPARTMENT_RULE,
    "MOF-2014-526": Rank.OTHER_NORMATIVE_DOCUMENT,
}


def shipped() -> Catalogue:
    catalogue, faults = load_catalogue(FOLDER)
    assert catalogue is not None, "\n".join(map(str, faults))
    return catalogue


CATALOGUE = shipped()


def said_once(text: str) -> str:
    """Letters and digits alone, of one width and case: what is told apart by them is told apart by any reader."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def ambiguous(words: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Words that stand for more than one thing, given pairs of a word and the thing that it stands for."""
    meanings: dict[str, set[str]] = {}
    for word, meaning in words:
        meanings.setdefault(said_once(word), set()).add(meaning)
    return {word: found for word, found in meanings.items() if len(found) > 1}


def headers(kind: Kind) -> Iterator[tuple[str, str]]:
    for name, rule in kind.fields.items():
        yield from ((word, name) for word in (name, rule.name_zh, *rule.spellings))


def figures(row: TermRow) -> Figures:
    return row.term, row.min_months, row.max_months, row.repairable, row.only_with_reason


def classes_of_fine(table: ClassTable, fine: Decimal) -> list[Severity]:
    """The classes of the rows on fines that hold for that amount (10,000 yuan)."""
    return [
        row.severity
        for row in table.rows
        if row.any_penalty == {Penalty.FINE}
        and (row.fine_from is None or row.fine_from <= fine)
        and (row.fine_below is None or fine < row.fine_below)
    ]


def test_it_loads_without_a_fault() -> None:
    assert load_catalogue(FOLDER)[1] == ()


# --- bases ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "rank"), INSTRUMENTS.items())
def test_instruments_have_their_rank(name: str, rank: Rank) -> None:
    assert CATALOGUE.instruments[name].rank is rank


def test_the_regimes_of_repair_follow_each_other_without_a_gap() -> None:
    periods = [CATALOGUE.instruments[name].period for name in ("NDRC-2019-527", "NDRC-58", "NDRC-36")]
    assert [period.start for period in periods] == [date(2019, 7, 1), date(2023, 5, 1), date(2026, 4, 1)]
    assert [period.until for period in periods] == [date(2023, 5, 1), date(2026, 4, 1), None]


def test_only_made_up_regulations_are_local_and_they_say_so() -> None:
    local = {name: item for name, item in CATALOGUE.instruments.items() if item.rank is Rank.LOCAL_REGULATION}
    assert {item.division for item in local.values()} == {"990000", "990100"}
    assert all(item.certainty is Certainty.ILLUSTRATIVE and "演示" in item.title for item in local.values())


@pytest.mark.parametrize("instrument", CATALOGUE.instruments.values(), ids=list(CATALOGUE.instruments))
def test_titles_are_ready_to_be_cited(instrument: Instrument) -> None:
    """The sentence puts 《》 and “the” around them."""
    assert not re.match(r"《|第", instrument.title)
    assert not re.match(r"(the|a|an)\b", instrument.title_en, re.IGNORECASE)
    assert instrument.looked_at in LOOKED_AT_SINCE
    assert instrument.link is None or instrument.link.startswith("https://www.gov.cn/")


def test_the_opinions_are_held_whole_and_every_citation_of_them_leads_to_a_text() -> None:
    """Their 23 items; no other instrument is held, since no other official text was read."""
    held = {name: found.articles for name, found in CATALOGUE.instruments.items() if found.articles}
    assert list(held) == ["OPINIONS-2025"]
    assert list(held["OPINIONS-2025"]) == [str(number) for number in range(1, 24)]
    assert held["OPINIONS-2025"]["8"].text.startswith("建立公共信用信息统一公示制度。")
    assert all(article.text.endswith("。") and " " not in article.text for article in held["OPINIONS-2025"].values())
    cited = [kind.article or "" for kind in CATALOGUE.kinds.values() if kind.basis == "OPINIONS-2025"]
    assert {anchor(article) for article in cited} <= set(held["OPINIONS-2025"])
    assert len(cited) > 5


def test_the_divisions_of_the_province_level() -> None:
    """34 that exist, and one that is made up and says so."""
    real = {code: one for code, one in CATALOGUE.divisions.items() if one.certainty is not Certainty.ILLUSTRATIVE}
    assert len(real) == 34
    assert all(re.fullmatch(r"[1-8][0-9]", code) for code in real)
    assert set(CATALOGUE.divisions) - set(real) == {"99"}


def test_sections_of_industry_are_their_letters() -> None:
    assert "".join(CATALOGUE.vocabularies["INDUSTRY"].choices) == "ABCDEFGHIJKLMNOPQRST"
    rule = CATALOGUE.kinds["ENTERPRISE_REGISTRATION"].fields["INDUSTRY"]
    assert rule.public
    assert rule.need is Need.OPTIONAL


def test_every_kind_says_which_bodies_would_hand_it_in() -> None:
    assert all(kind.supplied_by_zh and kind.supplied_by_en for kind in CATALOGUE.kinds.values())


def test_the_thirteen_categories_stand_in_official_order() -> None:
    ordered = sorted(CATALOGUE.categories.values(), key=lambda category: category.number)
    assert [category.number for category in ordered] == list(range(1, 14))
    assert tuple(category.name_zh for category in ordered) == CATEGORIES


# --- kinds ----------------------------------------------------------------------------------------


def test_kinds_of_record() -> None:
    national = [name for name in CATALOGUE.kinds if CATALOGUE.layers[name] == NATIONAL]
    assert national == list(KINDS)
    kinds = {name: CATALOGUE.kinds[name] for name in national}
    assert {name: (kind.category, kind.effect, kind.audience) for name, kind in kinds.items()} == KINDS


def test_every_official_field_stands_in_official_order() -> None:
    assert list(CATALOGUE.kinds["ADMIN_PENALTY"].fields) == [*PENALTY_IDS, *SUPPLEMENT_IDS, *OLD_PENALTY_IDS]
    assert list(CATALOGUE.kinds["ADMIN_LICENCE"].fields) == [*LICENCE_IDS, *OLD_LICENCE_IDS]


def test_official_lengths_of_the_penalty_template() -> None:
    fields = CATALOGUE.kinds["ADMIN_PENALTY"].fields
    assert {name: fields[name].length for name in PENALTY_IDS if fields[name].length} == PENALTY_LENGTHS


def test_supplement_is_optional() -> None:
    fields = CATALOGUE.kinds["ADMIN_PENALTY"].fields
    more = [*SUPPLEMENT_IDS, *OLD_PENALTY_IDS]
    assert all(fields[name].need is Need.OPTIONAL and not fields[name].mandatory_for for name in more)


@pytest.mark.parametrize("name", KINDS)
def test_every_national_kind_is_public_by_an_instrument_of_sufficient_rank(name: str) -> None:
    kind = CATALOGUE.kinds[name]
    assert CATALOGUE.instruments[kind.basis].rank in SCOPE_RANKS
    assert kind.article is not None
    if kind.audience is not Audience.PUBLIC:
        assert (kind.publication, kind.publicity) == (None, None)
        assert not any(rule.public for rule in kind.fields.values())
        return
    assert kind.publication is not None
    assert kind.publication.article is not None
    assert CATALOGUE.instruments[kind.publication.basis].rank in SCOPE_RANKS
    assert CATALOGUE.schemes[kind.publicity or ""].regimes


def test_prose_is_said_to_be_prose() -> None:
    """Where a person's number may stand among other words it is masked, not refused; names and numbers are no prose."""
    plain = {
        *(FieldRole.SUBJECT_NAME, FieldRole.DOCUMENT_NUMBER, FieldRole.ORGAN_NAME, FieldRole.SOURCE_NAME),
        *(FieldRole.SUBJECT_OTHER_CODE, FieldRole.ITEM, FieldRole.SEVERITY_ROW),
    }
    for name, kind in CATALOGUE.kinds.items():
        for field, rule in kind.fields.items():
            if rule.free_text:
                assert rule.type is FieldType.TEXT, (name, field)
                assert rule.role not in plain, (name, field)
            elif rule.type is FieldType.TEXT:
                assert (rule.length or 0) <= 512, (name, field)
                assert field not in ("BZ", "REMARK", "CONTENT", "FACTS", "CF_SY", "CF_NR", "XK_NR"), (name, field)


@pytest.mark.parametrize("name", ["ADMIN_PENALTY", "JUDGMENT_DEFAULTER", "SERIOUS_DISHONESTY"])
def test_state_bodies_are_subjects_like_any_other(name: str) -> None:
    """Guard-rail G31."""
    assert CATALOGUE.kinds[name].subjects == set(SubjectKind)


def test_penalties_reach_every_kind_of_subject_and_are_classed() -> None:
    penalty = CATALOGUE.kinds["ADMIN_PENALTY"]
    assert penalty.subjects == set(SubjectKind)
    assert [name for name, kind in CATALOGUE.kinds.items() if kind.classed] == ["ADMIN_PENALTY"]
    assert penalty.start == date(2019, 7, 1)


@pytest.mark.parametrize("name", CATALOGUE.kinds)
def test_persons_are_never_public(name: str) -> None:
    for field, rule in CATALOGUE.kinds[name].fields.items():
        assert (rule.type is FieldType.PERSONAL) == (field in PERSONAL_IDS)
        assert not (rule.public and (rule.type is FieldType.PERSONAL or field in NEVER_PUBLIC_IDS))
        if rule.role is FieldRole.SUBJECT_NAME and SubjectKind.INDIVIDUAL_BUSINESS in CATALOGUE.kinds[name].subjects:
            assert rule.mask is Mask.INDIVIDUALS


def test_free_text_about_individual_businesses_is_withheld() -> None:
    masked = {"CF_XDR_MC", "CF_SY", "CF_NR", "CF_NR_ZKDX", "PUBLICITY_REASON"}
    fields = CATALOGUE.kinds["ADMIN_PENALTY"].fields
    assert {name for name, rule in fields.items() if rule.mask is Mask.INDIVIDUALS} == masked
    licence = CATALOGUE.kinds["ADMIN_LICENCE"].fields
    assert {name for name, rule in licence.items() if rule.mask is Mask.INDIVIDUALS} == {"XK_XDR_MC", "XK_NR"}


def test_money_is_in_ten_thousand_yuan_and_wanted_only_when_decided() -> None:
    fields = CATALOGUE.kinds["ADMIN_PENALTY"].fields
    for name in ("CF_NR_FK", "CF_NR_WFFF"):
        rule = fields[name]
        assert (rule.type, rule.decimals) == (FieldType.DECIMAL, 6)
        assert all("万元" in word for word in (rule.name_zh, *rule.spellings))
    assert fields["CF_NR_FK"].mandatory_if_penalty == {Penalty.FINE}
    assert fields["CF_NR_WFFF"].mandatory_if_penalty == {Penalty.CONFISCATION_OF_GAINS, Penalty.CONFISCATION_OF_GOODS}


def test_roles_of_the_penalty_template() -> None:
    fields = CATALOGUE.kinds["ADMIN_PENALTY"].fields
    wanted = {
        **{"CF_XDR_SHXYM": FieldRole.SUBJECT_CODE, "CF_JDRQ": FieldRole.DECIDED_ON, "CF_GSJZQ": FieldRole.CLAIMED_END},
        **{
            "CF_CFJG": FieldRole.ORGAN_NAME,
            "CF_CFJGDM": FieldRole.ORGAN_CODE,
            "CF_CFLB": FieldRole.PENALTIES,
            "CF_NR_FK": FieldRole.FINE,
        },
        **{"CF_YJ": FieldRole.LEGAL_BASIS, "CF_NR_WFFF": FieldRole.CONFISCATED, "CF_WSH": FieldRole.DOCUMENT_NUMBER},
    }
    assert {name: fields[name].role for name in wanted} == wanted
    assert fields["CF_YXQ"].role is None
    assert CATALOGUE.kinds["ADMIN_LICENCE"].fields["XK_YXQZI"].role is FieldRole.EVENT_ON


@pytest.mark.parametrize("name", CATALOGUE.kinds)
def test_every_header_names_one_field(name: str) -> None:
    assert ambiguous(headers(CATALOGUE.kinds[name])) == {}


# --- publicity ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REGIMES)
def test_figures_of_the_regimes_of_penalties(name: str) -> None:
    start, until, basis, rows = REGIMES[name]
    regime = CATALOGUE.schemes["ADMIN_PENALTY"].regimes[name]
    assert (regime.start, regime.until, regime.basis) == (start, until, basis)
    assert (regime.clock, regime.to_older) == (ClockStart.DOCUMENT_DATE, Transition.SHORTER)
    assert {row.row: figures(row) for row in regime.rows} == rows
    assert list(rows) == [row.row for row in regime.rows]


def test_no_other_regime_of_penalties() -> None:
    assert set(CATALOGUE.schemes["ADMIN_PENALTY"].regimes) == set(REGIMES)


def test_no_department_has_a_rule_beyond_the_longest_term() -> None:
    """None is known; a made-up one would show a real record longer than the law allows."""
    rows = CATALOGUE.schemes["ADMIN_PENALTY"].regimes["ORDER_36"].rows
    assert all(not row.department_months for row in rows)


@pytest.mark.parametrize("name", [name for name in CATALOGUE.schemes if name in KINDS and name != "ADMIN_PENALTY"])
def test_other_kinds_are_shown_until_an_event(name: str) -> None:
    (regime,) = CATALOGUE.schemes[name].regimes.values()
    (row,) = regime.rows
    assert row.term is TermKind.UNTIL_EVENT
    assert row.repairable == (CATALOGUE.kinds[name].effect is Effect.ADVERSE)


def test_articles_are_bare_numbers_or_openly_unknown() -> None:
    for scheme in CATALOGUE.schemes.values():
        for regime in scheme.regimes.values():
            for row in regime.rows:
                assert row.article is None or re.fullmatch(r"\d+(\(\d+\))?", row.article)
    assert {row.article for row in CATALOGUE.schemes["ADMIN_PENALTY"].regimes["ORDER_36"].rows} == {"12"}


# --- severity -------------------------------------------------------------------------------------


def decision(*penalties: Penalty, **more: object) -> Decision:
    return Decision(department="OTHER", penalties=frozenset(penalties), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("decided", "expected"),
    [
        (decision(Penalty.FINE, procedure=Procedure.SUMMARY), Severity.MINOR),
        (decision(Penalty.WARNING), Severity.MINOR),
        (decision(Penalty.CIRCULATED_CRITICISM), Severity.MINOR),
        (decision(Penalty.CONFISCATION_OF_GOODS), Severity.ORDINARY),
        (decision(Penalty.WARNING, Penalty.LICENCE_REVOCATION), Severity.SERIOUS),
        (decision(Penalty.CLOSURE_ORDER), Severity.SERIOUS),
        (decision(Penalty.OCCUPATION_BAN), Severity.SERIOUS),
        (decision(Penalty.FINE, fine=Decimal(900)), Severity.MINOR),
    ],
)
def test_the_order_s_own_words(decided: Decision, expected: Severity) -> None:
    """Order 36 articles 8 to 10; what a large fine is, it leaves to the departments."""
    assert severity(decided, CATALOGUE, on_date=date(2026, 4, 1)).severity is expected


@pytest.mark.parametrize("day", [date(2024, 3, 4), date(2026, 3, 31), date(2026, 4, 1)])
def test_the_order_s_own_words_class_what_came_before_it_too(day: date) -> None:
    found = CATALOGUE.class_table_on(None, day)
    assert found is not None
    assert found[0] == "NATIONAL_ORDER_36"
    assert all(row.fine_from is None and row.fine_below is None for row in found[1].rows)


def test_department_tables_own_up_to_being_made_up() -> None:
    tables = {table.department: table for table in CATALOGUE.class_tables.values() if table.department}
    assert set(tables) == set(DEPARTMENTS) <= set(CATALOGUE.vocabularies["DEPARTMENT"].choices)
    for table in tables.values():
        assert table.certainty is Certainty.ILLUSTRATIVE
        assert table.note is not None
        assert "replaced" in table.note
        assert 6 <= len(table.rows) <= 10


@given(st.decimals(min_value=0, max_value=10**8, places=6), st.sampled_from(DEPARTMENTS))
def test_every_fine_has_one_class_and_a_larger_one_never_a_lower(fine: Decimal, department: str) -> None:
    found = CATALOGUE.class_table_on(department, LOOKED_AT)
    assert found is not None
    (settled,) = classes_of_fine(found[1], fine)
    (larger,) = classes_of_fine(found[1], fine * 2 + 1)
    assert list(Severity).index(settled) <= list(Severity).index(larger)


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CATALOGUE.vocabularies)
def test_every_spelling_names_one_choice(name: str) -> None:
    choices = CATALOGUE.vocabularies[name].choices
    spelled = {key: (key, item.name_zh, item.name_en, *item.spellings) for key, item in choices.items()}
    assert ambiguous((word, key) for key, words in spelled.items() for word in words) == {}


def test_vocabularies_of_the_law_and_of_the_files() -> None:
    files = {
        "SUBJECT_TYPE",
        "LICENCE_CATEGORY",
        "LICENCE_STATUS",
        "DEPARTMENT",
        "YES_NO",
        "ABNORMAL_GROUND",
        "HONOUR_LEVEL",
        "INDUSTRY",
    }
    files |= {
        *("PENALTY_STATUS", "REGISTRATION_STATUS", "PERFORMANCE", "COERCION", "DISPUTE_SIDE", "INSPECTION_WAY"),
        *("INSPECTION_RESULT", "OCCUPATION", "SERIOUS_LIST", "CONTRACT_TYPE", "CONTRACT_SIDE", "BREACH_BY"),
        *("PROCUREMENT", "COMMITMENT_TYPE", "DISCLOSURE", "EVALUATION", "TAX_GRADE", "INTELLECTUAL_PROPERTY"),
    }
    assert set(CATALOGUE.vocabularies) == set(VOCABULARIES) | files


def test_every_vocabulary_of_the_files_is_used() -> None:
    used = {rule.vocabulary for kind in CATALOGUE.kinds.values() for rule in kind.fields.values()}
    assert set(CATALOGUE.vocabularies) - set(VOCABULARIES) - {"DEPARTMENT"} <= used


def test_a_bare_number_never_says_that_somebody_is_an_organisation() -> None:
    """Systems number the types of party differently; a natural person must never slip in as one."""
    choices = CATALOGUE.vocabularies["SUBJECT_TYPE"].choices
    assert set(choices) == {"ORGANISATION", "NATURAL_PERSON", "INDIVIDUAL_BUSINESS"}
    assert "01" in choices["NATURAL_PERSON"].spellings
    assert not any(re.fullmatch(r"\d", word) for choice in choices.values() for word in choice.spellings)


def test_every_reason_has_its_sentence() -> None:
    assert set(CATALOGUE.sentences) == set(ReasonCode) | set(Mark) | set(Remedy)


@pytest.mark.parametrize("code", ReasonCode)
def test_sentences_hold_the_law_and_the_days_only(code: ReasonCode) -> None:
    sentence = CATALOGUE.sentences[code]
    for text in (sentence.zh, sentence.en):
        stands = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
        assert stands <= {"law", "from", "until"}
        said = text.format(law="《某办法》第9条", **{"from": "2026-04-02", "until": "2026-07-01"})
        assert "{" not in said
        assert said.endswith(("。", "."))
    assert ("{law}" in sentence.zh) == ("{law}" in sentence.en)


@pytest.mark.parametrize("code", [code for code in ReasonCode if CATALOGUE.sentences[code].zh.count("{until}") == 0])
def test_days_stand_in_both_languages_or_in_neither(code: ReasonCode) -> None:
    assert "{until}" not in CATALOGUE.sentences[code].en


# --- supplements ----------------------------------------------------------------------------------


def test_supplements_apply_at_home_only() -> None:
    assert CATALOGUE.applies_in("DEMO_GOVERNMENT_CONTRACT", "990100")
    assert not CATALOGUE.applies_in("DEMO_GOVERNMENT_CONTRACT", "330100")
    assert CATALOGUE.applies_in("DEMO_HONEST_SHOP", "990100")
    assert not CATALOGUE.applies_in("DEMO_HONEST_SHOP", "990000")
    assert CATALOGUE.applies_in("ADMIN_PENALTY", "330100")
