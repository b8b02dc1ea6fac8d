"""The interface's own code lists, beside the catalogue's: every code that an answer may hold, with its names."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

from xinshu.bulk.reasons import SENTENCES as ROW_SENTENCES
from xinshu.bulk.reasons import RowFault
from xinshu.doors.api.faults import FAULTS
from xinshu.doors.desk.words import DOORS, FATES, GROUNDS, STATES
from xinshu.kit.identifiers import SENTENCES as CODE_SENTENCES
from xinshu.kit.identifiers import CodeFault, CodeWarning, Scheme
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import FieldRole, FieldType, Mask, Need
from xinshu.law.verdict import ReasonCode
from xinshu.proceedings.intake.states import Fate
from xinshu.uses.monitoring.measures import DEFINITIONS, Band
from xinshu.uses.monitoring.states import Due

Words = tuple[str, str]
Choices = Mapping[Any, Words]

SCHEMES: Final[Choices] = {
    Scheme.USCC: ("统一社会信用代码", "Unified social credit code (GB 32100)"),
    Scheme.ORGANISATION_CODE: ("组织机构代码", "Organisation code (GB 11714)"),
    Scheme.REGISTRATION_NUMBER: ("工商注册号", "Business registration number (GB/T 17710)"),
    Scheme.LEI: ("全球法人识别编码", "Legal entity identifier (ISO 17442)"),
    Scheme.IDENTITY_NUMBER: ("公民身份号码（不受理）", "A person's identity number (never accepted)"),
}
TYPES: Final[Choices] = {
    FieldType.TEXT: ("文本", "text"),
    FieldType.DATE: ("日期", "date"),
    FieldType.DECIMAL: ("小数", "decimal number, as text"),
    FieldType.CODE: ("代码", "code of a body"),
    FieldType.CHOICE: ("单选", "one value of a code list"),
    FieldType.CHOICES: ("多选", "values of a code list"),
    FieldType.PERSONAL: ("个人身份信息（入库前剔除）", "personal data, dropped at the door"),
}
NEEDS: Final[Choices] = {Need.MANDATORY: ("必填", "must be filled"), Need.OPTIONAL: ("选填", "may be empty")}
MASKS: Final[Choices] = {
    Mask.NONE: ("不遮蔽", "withheld for nobody"),
    Mask.INDIVIDUALS: ("个体工商户遮蔽", "withheld for individual businesses"),
}
BANDS: Final[Choices] = {Band.GOOD: ("好", "good"), Band.FAIR: ("中", "fair"), Band.POOR: ("差", "poor")}
DUE: Final[Choices] = {
    Due.OVERDUE: ("已逾期", "overdue"),
    Due.SOON: ("即将到期", "due soon"),
    Due.LATER: ("未到期", "due later"),
    Due.NOT_COMPUTABLE: ("暂不能计算", "not yet computable"),
    Due.NO_TERM: ("无期限", "no term"),
}
OUTSIDE: Final[Choices] = {Fate.OUTSIDE: ("不予受理（自然人）", "outside (natural persons), not kept")}

LISTS: Final[Mapping[str, tuple[Words, Choices]]] = {
    "API_ERROR": (("接口错误", "Errors of the API"), {name: (fault.zh, fault.en) for name, fault in FAULTS.items()}),
    "CODE_FAULT": (("代码错误", "Why a code is not valid"), {name: CODE_SENTENCES[name] for name in CodeFault}),
    "CODE_WARNING": (("代码提示", "What deserves a second look"), {name: CODE_SENTENCES[name] for name in CodeWarning}),
    "CODE_SCHEME": (("代码种类", "Schemes of codes"), SCHEMES),
    "FIELD_TYPE": (("字段类型", "Types of fields"), TYPES),
    "FIELD_NEED": (("字段必填性", "Whether a field must be filled"), NEEDS),
    "FIELD_MASK": (("字段遮蔽", "For whom a field is withheld"), MASKS),
    "ROW_FAULT": (("退回原因", "Why a row is returned"), {name: ROW_SENTENCES[name] for name in RowFault}),
    "ROW_FATE": (("行的结果", "What becomes of a row"), {**FATES, **OUTSIDE}),
    "BATCH_STATE": (("批次状态", "Where a batch stands"), STATES),
    "BATCH_DOOR": (("报送方式", "The way a batch came in"), DOORS),
    "WITHDRAWAL_REASON": (("撤回原因", "Why a record is taken back"), GROUNDS),
    "QUALITY_MEASURE": (
        ("归集质效指标", "Measures of intake's quality"),
        {name: (told.name_zh, told.name_en) for name, told in DEFINITIONS.items()},
    ),
    "QUALITY_BAND": (("质效等次", "Bands of quality"), BANDS),
    "DEADLINE": (("期限状态", "How a deadline stands"), DUE),
}

LAW_REASON: Final = "LAW_REASON"
FIELD_ROLE: Final = "FIELD_ROLE"


def own_lists(catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    """CodesForm of each; the sentences of the law's reasons and the names of roles are the catalogue's."""
    for name, (words, choices) in LISTS.items():
        yield _form(name, words, choices)
    said = {code: catalogue.sentences[code] for code in ReasonCode if code in catalogue.sentences}
    sentences = {code: (sentence.zh, sentence.en) for code, sentence in said.items()}
    yield _form(LAW_REASON, ("公示依据与理由", "Reasons of the law"), sentences)
    yield _form(FIELD_ROLE, ("字段含义", "What a field is to the platform"), _roles(catalogue))


def enumerations() -> tuple[type[StrEnum], ...]:
    """The enumerations that the lists above are complete for."""
    return (CodeFault, CodeWarning, Scheme, FieldType, Need, Mask, RowFault, Fate, Band, Due, ReasonCode, FieldRole)


def _roles(catalogue: Catalogue) -> Choices:
    """Each role by the name of the first field that has it, in the official order of the catalogue."""
    named = {role: (role.replace("_", " ").capitalize(),) * 2 for role in FieldRole}
    for kind in reversed(list(catalogue.kinds.values())):
        named |= {rule.role: (rule.name_zh, rule.name_en) for rule in kind.fields.values() if rule.role is not None}
    return named


def _form(name: str, words: Words, choices: Choices) -> dict[str, Any]:
    told = [
        {"code": str(code), "name": {"zh": zh, "en": en}, "ends": False, "status": _status(name, str(code))}
        for code, (zh, en) in choices.items()
    ]
    return {"id": name, "name": dict(zip(("zh", "en"), words, strict=True)), "source": "api", "size": len(told)} | {
        "choices": told
    }


def _status(name: str, code: str) -> int | None:
    return FAULTS[code].status if name == "API_ERROR" else None
