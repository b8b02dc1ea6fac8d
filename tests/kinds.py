"""One sound made-up row of any kind of the catalogue, made from the kind's own fields; no code or name is anybody's."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from xinshu.kit.identifiers import organisation_check_character, uscc_check_character
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import FieldRole, FieldRule, FieldType, Kind
from xinshu.law.subject_kinds import KINDS_BY_PREFIX

DECIDED_ON: Final = date(2026, 5, 6)
LASTS_UNTIL: Final = date(2028, 5, 5)
ORGAN_NAME: Final = "示例市示范局"
SUBJECT_NAME: Final = "云汀示例单位"

_BEFORE_IT: Final = {"NOTIFIED_ON": date(2026, 4, 1), "DEFENCE_UNTIL": date(2026, 4, 20)}
"""Of a listing: its notice, and the last day of a defence that is long enough for any list."""

# What a row need not say, and what would make another record of it.
_LEFT_OUT: Final = frozenset(
    {
        FieldRole.SUBJECT_OTHER_CODE,
        FieldRole.CLAIMED_END,
        FieldRole.FINE,
        FieldRole.CONFISCATED,
        FieldRole.AREA,
        FieldRole.SEVERITY,
        FieldRole.SEVERITY_ROW,
        FieldRole.PUBLICITY_REASON,
        FieldRole.DUTY_UNMET,
    }
)


def made_up_code(number: int, prefix: str = "91") -> str:
    """A unified social credit code that is valid by arithmetic; division 999999 exists nowhere."""
    organisation = f"{number:08d}"
    stem = f"{prefix}999999{organisation}{organisation_check_character(organisation)}"
    return stem + uscc_check_character(stem)


ORGAN_CODE: Final = made_up_code(70, "11")


def sample_row(kind_name: str, catalogue: Catalogue, **changes: str | None) -> dict[str, str]:
    """A sound row: official header -> text. `changes` are by field identifier; None leaves the column out.

    Every field is filled but those of persons and those that only some records have.
    """
    kind = catalogue.kinds[kind_name]
    unknown = changes.keys() - kind.fields.keys()
    if unknown:
        raise KeyError(f"{kind_name}: {', '.join(sorted(unknown))}")
    cells = {name: _cell(rule, kind, catalogue) for name, rule in kind.fields.items()}
    cells |= {name: day.isoformat() for name, day in _BEFORE_IT.items() if name in cells}
    cells |= changes
    return {kind.fields[name].name_zh: cell for name, cell in cells.items() if cell is not None}


def _cell(rule: FieldRule, kind: Kind, catalogue: Catalogue) -> str | None:
    if rule.role in _LEFT_OUT or rule.type is FieldType.PERSONAL:
        return None
    if rule.mandatory_if_penalty:
        return None
    said = _by_role(rule, kind)
    return said if said is not None else _by_type(rule, catalogue)


def _by_role(rule: FieldRule, kind: Kind) -> str | None:
    said: Mapping[FieldRole, str] = {
        FieldRole.SUBJECT_NAME: SUBJECT_NAME,
        FieldRole.SUBJECT_TYPE: "法人及非法人组织" if _prefix(kind) != "92" else "个体工商户",
        FieldRole.SUBJECT_CODE: made_up_code(1, _prefix(kind)),
        FieldRole.ORGAN_NAME: ORGAN_NAME,
        FieldRole.ORGAN_CODE: ORGAN_CODE,
        FieldRole.SOURCE_NAME: ORGAN_NAME,
        FieldRole.SOURCE_CODE: ORGAN_CODE,
        FieldRole.DOCUMENT_NUMBER: "示例〔2026〕1号",
        FieldRole.ITEM: "1",
        FieldRole.LEGAL_BASIS: "《示例条例》第十条",
        FieldRole.PENALTIES: "警告",
        FieldRole.PROCEDURE: "普通程序",
        FieldRole.EVENT_ON: LASTS_UNTIL.isoformat(),
    }
    return None if rule.role is None else said.get(rule.role)


def _by_type(rule: FieldRule, catalogue: Catalogue) -> str:
    match rule.type:
        case FieldType.DATE:
            return DECIDED_ON.isoformat()
        case FieldType.DECIMAL:
            return "0.2"
        case FieldType.CODE:
            return made_up_code(2)
        case FieldType.CHOICE | FieldType.CHOICES:
            choices = catalogue.vocabularies[rule.vocabulary or ""].choices.values()
            return next(choice.name_zh for choice in choices if not choice.ends)
        case _:
            return f"示例{rule.name_zh}"[: rule.length]


def _prefix(kind: Kind) -> str:
    """The first two characters of a code that such a subject has; a company's where the kind covers companies."""
    fitting = [prefix for prefix, subject_kind in KINDS_BY_PREFIX.items() if subject_kind in kind.subjects]
    return "91" if "91" in fitting else fitting[0]
