"""Hostile matter: what must not come in, in lawful columns; and documents that contradict what is known."""

from tests.filings import OTHER_SUBJECT, SUBJECT
from tests.hostile.in_cells import IDENTITY
from tests.hostile.making import Hostile, Sender, csv_of, identity_number
from tests.kinds import made_up_code

FOREIGN = made_up_code(901, "11")
PHONE = "13800138000"
CARD = "6222021234567890128"


def _masked(name: str, fault: str, facts: str) -> Hostile:
    """A sound row whose prose holds something personal: taken in, with a mark in its place."""
    return Hostile(
        name=f"{name}.csv",
        fault=fault,
        make=lambda s: csv_of(s.row(facts=facts)),
        accepted=1,
        more={"masked": 1, "dropped_personal": 2},
    )


def _returned(called: str, field: str, fault: str, why: str = "PERSONAL_DATA", /, **changes: str) -> Hostile:
    return Hostile(
        name=f"{called}.csv",
        fault=fault,
        make=lambda s: csv_of(s.row(1), s.row(2, **changes)),
        accepted=1,
        reasons=((3, field, why),),
    )


def _two_contents(s: Sender) -> bytes:
    return csv_of(s.row(1), s.row(2), s.row(1, facts="另有事实。"))


def _person(s: Sender, **changes: str) -> dict[str, str]:
    person = {"type": "自然人", "name": "示例甲", "code": "", "person_document": "身份证", "person_number": IDENTITY}
    return s.row(1, **(person | changes))


PERSONAL = (
    _masked("identity-in-prose", "an identity number in the facts, masked", f"当事人（身份证{IDENTITY}）未标注产地。"),
    _masked("phone-in-prose", "a telephone in the facts, masked", f"联系电话{PHONE}，未标注产地。"),
    _masked("card-in-prose", "a bank card in the facts, masked", f"收款账户{CARD}，未标注产地。"),
    _masked(
        "home-in-prose", "a home in the facts, masked", "经营者家庭住址：示例市示例区示例路12号3单元，未标注产地。"
    ),
    _masked("wide-digits", "digits of double width hide nothing", "电话１３８００１３８０００，未标注产地。"),
    _masked("split-digits", "blanks between digits hide nothing", "身份证110105 19491231 002X，未标注产地。"),
    _returned(
        "identity-in-title", "CF_XDR_MC", "an identity number in a name", name=f"示例{IDENTITY}", code=OTHER_SUBJECT
    ),
    _returned("identity-in-number", "CF_WSH", "an identity number in the document number", number=f"示罚{IDENTITY}"),
    _returned("phone-in-organ", "CF_CFJG", "a telephone in the organ's name", organ=f"示范局{PHONE}"),
    _returned("religion", "CF_SY", "somebody's religion", "PROTECTED_MATTER", facts="当事人系佛教徒，未标注产地。"),
    _returned(
        "sealed",
        "CF_SY",
        "a sealed criminal record",
        "PROTECTED_MATTER",
        facts="其犯罪记录已封存，未标注产地。",
    ),
    _returned(
        "a-minor-in-prose", "CF_SY", "a party under age, told in prose", "PROTECTED_MATTER", facts="当事人系未成年人。"
    ),
    Hostile(
        name="natural-person.csv",
        fault="a natural person: outside, and nothing of the row is kept",
        make=lambda s: csv_of(_person(s), s.row(2)),
        accepted=1,
        outside=1,
    ),
    Hostile(
        name="minor.csv",
        fault="a natural person under 18 by the identity number",
        make=lambda s: csv_of(_person(s, person_number=identity_number("20150101")), s.row(2)),
        accepted=1,
        reasons=((2, "CF_XDR_ZJHM", "MINOR"),),
    ),
)

MATTERS = (
    Hostile(
        name="two-contents.csv",
        fault="one document twice with two contents: both go back",
        make=_two_contents,
        accepted=1,
        reasons=((2, "CF_WSH", "TWO_CONTENTS"), (4, "CF_WSH", "TWO_CONTENTS")),
    ),
    Hostile(
        name="same-row-twice.csv",
        fault="one row twice: the second changes nothing",
        make=lambda s: csv_of(s.row(1), s.row(1)),
        accepted=1,
        unchanged=1,
    ),
    Hostile(
        name="same-file-twice.csv",
        fault="a file that was filed before",
        make=lambda s: csv_of(s.row(1), s.row(2)),
        before=lambda s: csv_of(s.row(1), s.row(2)),
        unchanged=2,
    ),
    Hostile(
        name="correction.csv",
        fault="another content for a document that is known: a correction",
        make=lambda s: csv_of(s.row(1, facts="更正后的事实。")),
        before=lambda s: csv_of(s.row(1)),
        corrected=1,
    ),
    Hostile(
        name="name-differs.csv",
        fault="another name than the one known for the code",
        make=lambda s: csv_of(s.row(1, name="云汀别样商贸有限公司")),
        before=lambda s: csv_of(s.row(2)),
        reasons=((2, "CF_XDR_MC", "NAME_DIFFERS"),),
    ),
    Hostile(
        name="two-names.csv",
        fault="two names for one new code",
        make=lambda s: csv_of(
            s.row(1, name="云汀一号有限公司", code=made_up_code(s.serial + 500)),
            s.row(2, name="云汀二号有限公司", code=made_up_code(s.serial + 500)),
        ),
        reasons=((2, "CF_XDR_MC", "TWO_NAMES"), (3, "CF_XDR_MC", "TWO_NAMES")),
    ),
    Hostile(
        name="another-organs.csv",
        fault="a decision of another organ, from another source",
        make=lambda s: csv_of(s.row(1), s.row(2, organ_code=FOREIGN, source_code=FOREIGN)),
        accepted=1,
        reasons=((3, "CF_CFJGDM", "NOT_OURS"),),
    ),
    Hostile(
        name="would-lengthen.csv",
        fault="a correction that would show the record longer",
        make=lambda s: csv_of(s.row(1, decided_on="2026-11-18")),
        before=lambda s: csv_of(s.row(1)),
        reasons=((2, "CF_JDRQ", "WOULD_LENGTHEN"),),
    ),
    Hostile(
        name="class-without-row.csv",
        fault="a correction to a higher class for which no row is cited: the lower one counts, and it is asked about",
        make=lambda s: csv_of(s.row(1, severity="严重")),
        before=lambda s: csv_of(s.row(1)),
        corrected=1,
        more={"questions": 1},
    ),
    Hostile(
        name="absurd-but-possible.csv",
        fault="a hundred million yuan: taken in, and asked about",
        make=lambda s: csv_of(s.row(1, confiscated="10000", content="没收违法所得")),
        accepted=1,
        more={"questions": 1},
    ),
)
assert SUBJECT
