"""Why a row is returned: each fault with the sentence that names the field, the rule and the way out."""

import dataclasses
from collections.abc import Mapping
from enum import StrEnum
from itertools import groupby
from typing import Final

from xinshu.law.catalogue import Catalogue
from xinshu.law.public_form import law_phrase

LONGEST_RUN: Final = 4
MOST_RUNS: Final = 16


class RowFault(StrEnum):
    """What may be wrong with a row."""

    KIND_NOT_IN_FORCE = "KIND_NOT_IN_FORCE"
    KIND_NOT_IN_DIVISION = "KIND_NOT_IN_DIVISION"
    MISSING = "MISSING"
    MISSING_FOR_SUBJECT_TYPE = "MISSING_FOR_SUBJECT_TYPE"
    MISSING_FOR_PENALTY = "MISSING_FOR_PENALTY"
    NO_USABLE_CODE = "NO_USABLE_CODE"
    TOO_LONG = "TOO_LONG"
    CONTROL_CHARACTER = "CONTROL_CHARACTER"
    FORMULA = "FORMULA"
    PERSONAL_DATA = "PERSONAL_DATA"
    PERSON_IN_CODE = "PERSON_IN_CODE"
    PROTECTED_MATTER = "PROTECTED_MATTER"
    MINOR = "MINOR"
    BROKEN_BYTES = "BROKEN_BYTES"
    NOT_A_RECORD = "NOT_A_RECORD"
    NOT_A_DATE = "NOT_A_DATE"
    TOO_EARLY = "TOO_EARLY"
    IN_THE_FUTURE = "IN_THE_FUTURE"
    SERVED_BEFORE_DECIDED = "SERVED_BEFORE_DECIDED"
    SWAPPED_DATES = "SWAPPED_DATES"
    NOT_A_NUMBER = "NOT_A_NUMBER"
    THOUSANDS_SEPARATOR = "THOUSANDS_SEPARATOR"
    NEGATIVE = "NEGATIVE"
    TOO_MANY_DECIMALS = "TOO_MANY_DECIMALS"
    ABSURD_AMOUNT = "ABSURD_AMOUNT"
    AMOUNT_IN_YUAN = "AMOUNT_IN_YUAN"
    UNKNOWN_CHOICE = "UNKNOWN_CHOICE"
    INVALID_CODE = "INVALID_CODE"
    CODE_AS_NUMBER = "CODE_AS_NUMBER"
    CODE_OF_ANOTHER_SCHEME = "CODE_OF_ANOTHER_SCHEME"
    SEVERAL_CODES = "SEVERAL_CODES"
    SEVERAL_DOCUMENTS = "SEVERAL_DOCUMENTS"
    SUBJECT_NOT_COVERED = "SUBJECT_NOT_COVERED"
    TWO_CONTENTS = "TWO_CONTENTS"
    LIST_NOT_USABLE = "LIST_NOT_USABLE"
    LISTING_STEP = "LISTING_STEP"
    LISTED_TOO_LONG = "LISTED_TOO_LONG"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RowReason:
    """One reason for which a row goes back. `row` is the number the clerk sees.

    The sentences never repeat what stands in the cell: it may be personal.
    """

    row: int
    field: str
    header: str
    code: RowFault
    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.zh} {self.en}"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A fault that few records have, told record by record (`index`: place in the table), with its details."""

    index: int
    field: str
    fault: RowFault
    details: Mapping[str, object] = dataclasses.field(default_factory=dict)


def sentences(fault: RowFault, *, header: str, name_en: str, **details: object) -> tuple[str, str]:
    """What is said of a fault, in Chinese and English; `details` are the limits and names that the rule states."""
    zh, en = SENTENCES[fault]
    return zh.format(header=header, **details), en.format(header=f"{header} ({name_en})", **details)


def by_article(code: str, catalogue: Catalogue) -> tuple[str, str]:
    """By which article a row with that fault goes back, as it stands after the sentence; nothing where none is stated.

    `code` is a fault of a row, or what the register says of a document.
    """
    rule = catalogue.returns.get(code)
    if rule is None:
        return "", ""
    law_zh, law_en = law_phrase(rule.basis, rule.article, catalogue)
    return f"依据：{law_zh}。", f" By {law_en}."


def as_filled(cell: str | None) -> tuple[str, str]:
    """In what form a cell is filled, as it stands after the sentence; nothing of its value is told."""
    if not cell:
        return "", ""
    form = shape(cell)
    return (
        f"所填形式：{form}（9数字、A字母、文汉字）。",
        f" As filled: {form} (9 a digit, A a letter, 文 a Chinese character).",
    )


def shape(cell: str) -> str:
    """The form of a text: 9 for a digit, A for a letter, 文 for any other, marks as they are; long runs counted."""
    runs = [(mark, len(list(run))) for mark, run in groupby(map(_mark, cell))]
    said = [mark * length if length <= LONGEST_RUN else f"{mark}×{length}" for mark, length in runs[:MOST_RUNS]]
    return "".join(said) + ("…" if len(runs) > MOST_RUNS else "")


def _mark(character: str) -> str:
    if character.isdecimal():
        return "9"
    if character.isalnum():
        return "A" if character.isascii() else "文"
    return character if character.isprintable() and character != " " else "␣"


SENTENCES: Final[Mapping[RowFault, tuple[str, str]]] = {
    RowFault.KIND_NOT_IN_FORCE: (
        "信息类目“{kind_zh}”当日不在目录有效期内（自{since}起{until_zh}），不得归集。请核对类目和报送日期。",
        "The kind “{kind_en}” is not in force in the catalogue on this day (from {since}{until_en}), so it must not be "
        "collected. Check the kind and the day of sending.",
    ),
    RowFault.KIND_NOT_IN_DIVISION: (
        "信息类目“{kind_zh}”是{layer}的地方补充目录类目，不适用于{division}。请按本地适用的目录报送。",
        "The kind “{kind_en}” belongs to the local supplement of {layer} and does not apply in {division}. Send by the "
        "catalogue that applies where you are.",
    ),
    RowFault.MISSING: ("“{header}”为必填项，未填写。请补填。", "“{header}” is mandatory and empty. Please fill it in."),
    RowFault.MISSING_FOR_SUBJECT_TYPE: (
        "“{header}”未填写：行政相对人类别为{types_zh}时必填。请补填。",
        "“{header}” is empty; it is mandatory when the type of party is {types_en}. Please fill it in.",
    ),
    RowFault.MISSING_FOR_PENALTY: (
        "“{header}”未填写：处罚类别含{penalties_zh}时必填。请补填，或更正处罚类别。",
        "“{header}” is empty; it is mandatory when the penalties include: {penalties_en}. Fill it in, or correct the "
        "kinds of penalty.",
    ),
    RowFault.NO_USABLE_CODE: (
        "“{header}”未填写，也没有有效的工商注册号（15位）或组织机构代码（9位）。个体工商户应至少填写其中一个代码，请对照执照补填。",
        "“{header}” is empty, and no valid registration number (15 digits) or organisation code (9 characters) stands "
        "in its place. An individual business needs one of them: copy it from the licence.",
    ),
    RowFault.TOO_LONG: (
        "“{header}”超过{limit}个字符。请精简，完整内容见决定书。",
        "“{header}” has more than {limit} characters. Please shorten it; the decision itself holds the full text.",
    ),
    RowFault.CONTROL_CHARACTER: (
        "“{header}”含有制表符等不可见的控制字符，或已损坏的字符。请删除该单元格内容后重新录入。",
        "“{header}” holds invisible control characters, such as a tab, or damaged ones. Clear the cell and type the "
        "text anew.",
    ),
    RowFault.FORMULA: (
        "“{header}”以=、+或@开头，会被表格软件当作公式执行。请改为普通文字。",
        "“{header}” begins with =, + or @, and a spreadsheet would run it as a formula. Please write plain text.",
    ),
    RowFault.PERSONAL_DATA: (
        "“{header}”中有{shape_zh}，此处不得填写，内容未保存。请删去；涉及个人的，只写必要的称谓。",
        "“{header}” holds {shape_en}, which must not stand there; nothing of it was kept. Delete it, and name "
        "persons no more than is needed.",
    ),
    RowFault.PERSON_IN_CODE: (
        "“{header}”中是公民身份号码，不是机构代码，内容未保存。请改填该主体的统一社会信用代码；"
        "当事人是自然人的，行政相对人类别填“自然人”，本平台不受理其信息。",
        "“{header}” holds a person's number, not a body's; nothing of it was kept. Give the body's unified "
        "social credit code; where the party is a natural person, say so as the "
        "type of party: such records are not taken in here.",
    ),
    RowFault.PROTECTED_MATTER: (
        "“{header}”涉及{matter_zh}，依{law_zh}不得归集，内容未保存。{way_zh}",
        "“{header}” tells of {matter_en}, which by {law_en} must not be collected; nothing of it was kept. {way_en}",
    ),
    RowFault.MINOR: (
        "“{header}”显示当事人在作出决定时不满18周岁。未成年人的失信信息不得归集，内容未保存，请勿再次报送。",
        "“{header}” shows that the party was under 18 when the decision was made. Nothing adverse is collected about a "
        "minor; nothing of it was kept. Do not send the row again.",
    ),
    RowFault.BROKEN_BYTES: (
        "“{header}”所在行的{where}含有无法识别的字节，文字已损坏。请对照原始材料更正这些单元格，另存为UTF-8后重新报送。",
        "In the row of “{header}”, these cells hold bytes that are no text: {where}. Correct them from the original "
        "papers, save the file as UTF-8 and send the row again.",
    ),
    RowFault.NOT_A_RECORD: (
        "“{header}”所在行不是可读取的JSON对象，整行未读取：每行应为一个完整的对象，键不重复，值不嵌套。请从业务系统重新导出这一行后报送。",
        "The line of “{header}” is no JSON object that can be read, and nothing of it was taken: each line is one "
        "whole object, no key twice, no value inside a value. Export the line again and send it.",
    ),
    RowFault.NOT_A_DATE: (
        "“{header}”不是存在的日期，或写法无法识别。请写成YYYY-MM-DD，例如2026-03-31。",
        "“{header}” is no day that exists, or is written in a way that cannot be read. Write YYYY-MM-DD, such as "
        "2026-03-31.",
    ),
    RowFault.TOO_EARLY: (
        "“{header}”早于{limit}，应为录入错误。请核对年份。",
        "“{header}” lies before {limit}, which must be a slip. Check the year.",
    ),
    RowFault.IN_THE_FUTURE: (
        "“{header}”晚于报送当日（{limit}）。请核对日期；尚未作出的决定不得报送。",
        "“{header}” lies after the day of sending ({limit}). Check the date; what is not decided yet cannot be sent.",
    ),
    RowFault.SERVED_BEFORE_DECIDED: (
        "“{header}”早于“{other}”。决定作出后才能送达，请核对两个日期。",
        "“{header}” lies before “{other}”. A decision is served after it was made; check both dates.",
    ),
    RowFault.SWAPPED_DATES: (
        "“{header}”早于“{other}”，起止日期颠倒。请核对两个日期。",
        "“{header}” lies before “{other}”: the end comes before the beginning. Check both dates.",
    ),
    RowFault.NOT_A_NUMBER: (
        "“{header}”不是数字。单位为万元，只写数字，例如2000元写作0.2。",
        "“{header}” is no plain number. The unit is 10,000 yuan; write digits only, such as 0.2 for 2,000 yuan.",
    ),
    RowFault.THOUSANDS_SEPARATOR: (
        "“{header}”含有千位分隔符。请去掉逗号，例如1,234.5写作1234.5。",
        "“{header}” has thousands separators. Remove the commas: write 1234.5 for 1,234.5.",
    ),
    RowFault.NEGATIVE: (
        "“{header}”是负数。金额不得小于0，请核对。",
        "“{header}” is negative. An amount is never below 0; please check it.",
    ),
    RowFault.TOO_MANY_DECIMALS: (
        "“{header}”的小数超过{limit}位。请核对，最多保留{limit}位小数。",
        "“{header}” has more than {limit} decimals. Check it and keep at most {limit}.",
    ),
    RowFault.ABSURD_AMOUNT: (
        "“{header}”超过{limit}万元。该字段单位为万元，请核对是否误按元填写。",
        "“{header}” is more than {limit} times 10,000 yuan. The unit is 10,000 yuan: was it filled in in yuan?",
    ),
    RowFault.AMOUNT_IN_YUAN: (
        "“{header}”与“{prose}”所写的金额恰好相差一万倍。该字段单位为万元，例如5000元写作0.5。请更正金额。",
        "“{header}” differs from the amount in “{prose}” by exactly 10,000. The unit is 10,000 yuan: write 0.5 for "
        "5,000 yuan. Correct the amount.",
    ),
    RowFault.UNKNOWN_CHOICE: (
        "“{header}”不在可选值内。可填：{choices_zh}。{several_zh}请按此填写。",
        "“{header}” is none of the values that may stand there: {choices_en}. {several_en}Please use these.",
    ),
    RowFault.INVALID_CODE: ("“{header}”：{code_zh}", "“{header}”: {code_en}"),
    RowFault.CODE_AS_NUMBER: (
        "“{header}”被表格软件当作数字，末几位已丢失（如9.11E+17）。请先将该列设为“文本”格式，再重新录入完整代码。",
        "“{header}” was turned into a number by a spreadsheet and has lost its last digits (such as 9.11E+17). Format "
        "the column as text first, then enter the whole code again.",
    ),
    RowFault.CODE_OF_ANOTHER_SCHEME: (
        "“{header}”中是{found_zh}，不是{wanted_zh}。不同年份的模板中代码_2、代码_3含义不同，请核对该列表头后移到对应的列。",
        "“{header}” holds {found_en}, not {wanted_en}. Codes 2 and 3 change places between the templates of different "
        "years: check the header, and move the code to its own column.",
    ),
    RowFault.SEVERAL_CODES: (
        "“{header}”中有多个代码。请按每个主体、每份决定一行拆分后重新报送。",
        "“{header}” holds several codes. One row per party and decision: please divide the row.",
    ),
    RowFault.SEVERAL_DOCUMENTS: (
        "“{header}”中有多个文号。请按一份决定一行拆分后重新报送。",
        "“{header}” holds several document numbers. One row per decision: please divide the row.",
    ),
    RowFault.SUBJECT_NOT_COVERED: (
        "“{header}”属于信息类目“{kind_zh}”不适用的主体类型。请核对代码和类目。",
        "“{header}” belongs to a type of subject that the kind “{kind_en}” does not cover. Check the code and "
        "the kind.",
    ),
    RowFault.LIST_NOT_USABLE: (
        "“{header}”：{said_zh}请核对名单；名单有了有效规则后再报送。",
        "“{header}”: {said_en} Check which list it is; send the row once the list has a rule in force.",
    ),
    RowFault.LISTING_STEP: (
        "“{header}”：{said_zh}{opens_zh}请在这一步依法完成后，填写其日期再报送。",
        "“{header}”: {said_en}{opens_en} Send the row once this step has been taken by law, with its day.",
    ),
    RowFault.LISTED_TOO_LONG: (
        "“{header}”：{said_zh}最晚为{latest}。请核对决定书所载的期限，更正后再报送。",
        "“{header}”: {said_en} The latest day is {latest}. Check the term that the decision states, and send the row"
        " with the right day.",
    ),
    RowFault.TWO_CONTENTS: (
        "“{header}”：同一决定（机关、文号、相对人、事项均相同）在第{others}行另有不同内容，无法判断以哪一行为准。"
        "请只保留正确的一行；一份决定有多种处罚的，写在同一行，用分号隔开。",
        "“{header}”: the same decision (organ, number, party and item) stands in row {others} with another content, "
        "and it cannot be told which is right. Keep the right row only; several penalties of one decision stand in one "
        "row, apart by semicolons.",
    ),
}
