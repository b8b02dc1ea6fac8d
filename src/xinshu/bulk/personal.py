"""Personal data in texts, told by content: where it stands, of what shape it is, and the mark that takes its place.

What is told for certain: citizen identity numbers (18 characters with their check digit; one labelled as such even
without; the 15 digits of before 2013 with a possible birth date), mobile and fixed telephones that can exist, bank
cards (16 to 19 digits, Luhn), other identity documents, e-mail, WeChat and QQ named as such, homes named as such, and
names that stand beside a label of a person. Blanks, dashes and marks without width between digits, and digits of
another width or script, hide nothing.

What is not told: a name in the middle of a sentence, a name after a label that a verb may follow (“员工张三丰装货”),
the place of business of a body, a 15-digit number labelled as a registration number, and numbers in Chinese characters.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Final

import phonenumbers
from stdnum import luhn

from xinshu.kit.identifier_schemes import has_identity_form, has_old_identity_form
from xinshu.kit.identifiers import check_uscc


class Shape(StrEnum):
    """What kind of personal data stands somewhere."""

    IDENTITY_NUMBER = "IDENTITY_NUMBER"
    BANK_CARD = "BANK_CARD"
    TELEPHONE = "TELEPHONE"
    OTHER_DOCUMENT = "OTHER_DOCUMENT"
    CONTACT = "CONTACT"
    HOME = "HOME"
    NAME = "NAME"


NAMES: Final[Mapping[Shape, tuple[str, str]]] = {
    Shape.IDENTITY_NUMBER: ("公民身份号码", "a citizen's identity number"),
    Shape.BANK_CARD: ("银行卡号", "the number of a bank card"),
    Shape.TELEPHONE: ("电话号码", "a telephone number"),
    Shape.OTHER_DOCUMENT: ("护照等个人证件号码", "the number of a passport or other personal document"),
    Shape.CONTACT: ("电子邮箱或者即时通信账号", "an e-mail address or messenger account"),
    Shape.HOME: ("个人住址", "somebody's home"),
    Shape.NAME: ("个人姓名", "somebody's name"),
}
# No mark holds what any pattern below looks for, so that masking twice changes nothing.
MARKS: Final[Mapping[Shape, str]] = {
    Shape.IDENTITY_NUMBER: "［证件号码已隐去］",
    Shape.BANK_CARD: "［银行卡号已隐去］",
    Shape.TELEPHONE: "［电话已隐去］",
    Shape.OTHER_DOCUMENT: "［证件号码已隐去］",
    Shape.CONTACT: "［联系方式已隐去］",
    Shape.HOME: "［住址已隐去］",
    Shape.NAME: "［姓名已隐去］",
}

# The patterns are written without look-around, in what Python's `re` and Rust's regex both read the same way.
BETWEEN: Final = (
    r"\s\x{ad}\x{34f}\x{61c}\x{115f}\x{1160}\x{17b4}\x{17b5}\x{180b}-\x{180e}\x{200b}-\x{2015}\x{202a}-\x{202e}"
    r"\x{2060}-\x{206f}\x{2212}\x{3164}\x{fe00}-\x{fe0f}\x{fe58}\x{fe63}\x{feff}\x{ff0d}\x{ffa0}_-"
)
LONGEST_GAP: Final = 3
LONG_NUMBER: Final = rf"\d(?:[{BETWEEN}]{{0,{LONGEST_GAP}}}\d){{10}}"
BRACKETED_AREA: Final = rf"[(（]0\d{{2,3}}[)）][{BETWEEN}]{{0,{LONGEST_GAP}}}\d{{3,4}}[{BETWEEN}]?\d{{4}}"
LABELLED_TELEPHONE: Final = (
    rf"((?:电话|座机|传真|手机号?码?|联系方式)(?:号码)?[:：为是\s]{{1,2}})(\d{{3,4}}[{BETWEEN}]?\d{{4}})"
)
DOCUMENT: Final = (
    r"((?:护照|通行证|台胞证|回乡证|军官证|士兵证|居留证|居留身份证|居住证)(?:证件)?(?:号码|证号|编号|号)?[（(:：为是\s]{0,3})"
    rf"([A-Za-zＡ-Ｚａ-ｚ]{{0,3}}[{BETWEEN}]?\d(?:[{BETWEEN}]?\d){{5,9}})"
)
MAIL: Final = r"[A-Za-z0-9._%+-]{1,64}[@＠][A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+"
MESSENGER: Final = (
    r"((?:微信|QQ|qq|ＱＱ)(?:(?:账号|帐号|号码|号|ID)\s{0,2}[:：为是]?|\s{0,2}[:：])\s{0,2})([A-Za-z0-9_-]{5,20})"
    r"|((?:QQ|qq|ＱＱ)\s?)(\d{5,11})"
)
_PLACE: Final = r"[^，。；;,、\n（）()［］!！?？]"
_TAIL: Final = rf"(?:[，、, ]{_PLACE}{{0,20}}\d{_PLACE}{{0,4}}[号栋幢室楼弄组户](?:附\d+号)?)*"
_ADDRESS: Final = rf"({_PLACE}{{0,30}}[省市区县旗镇乡村路街巷弄号栋幢楼室屯]{_PLACE}{{0,40}}{_TAIL})"
HOME: Final = (
    r"((?:家庭住址|家庭地址|现住址|现住地|住址|户籍所在地|户籍地址|户籍地|户口所在地|经常居住地|居住地址|居住地|"
    r"身份证住址|身份证地址|家住|现住)(?:为|是|在|系|位于)?[:：\s]{0,2})" + _ADDRESS
)
# 住所 is a body's registered place as well: it is a home where the words before it tell of a person.
PERSONS_PLACE: Final = (
    r"([，,、（( ][男女][，,、][^。；;\n]{0,40}住所?地?(?:为|是|在|系|位于|于)?[:：\s]{0,2})" + _ADDRESS
)

# Surnames: the commonest, save those that are the beginning of ordinary words more often than not.
_COMMON: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏"
    "钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安"
    "颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜詹关苗凌费纪靳盛童欧甄项曲"
    "成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫"
)
_SURE: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗梁宋郑谢韩唐冯董萧曹袁邓许傅沈彭吕苏卢蒋蔡贾丁魏薛阎潘杜戴"
    "汪姜姚谭廖邹熊陆郝崔邱侯邵孟"
)
_TWO: Final = "(?:欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|端木|独孤|南宫|夏侯|长孙|宇文)"
_HAN: Final = r"[\x{4e00}-\x{9fff}]"
_FULL: Final = rf"(?:{_TWO}{_HAN}{{1,2}}|[{_COMMON}]{_HAN}{{1,2}}|{_HAN}{{2,6}}·{_HAN}{{2,8}})"
_SURELY: Final = rf"(?:{_TWO}{_HAN}{{1,2}}|[{_SURE}]{_HAN}{{1,2}}|{_HAN}{{2,6}}·{_HAN}{{2,8}})"
_LABELS: Final = (
    "法定代表人|法人代表|主要负责人|直接负责的主管人员|直接责任人员|现场负责人|负责人|经营者|业主|投资人|实际控制人|"
    "股东|员工|店员|驾驶员|司机|联系人|代理人|受害人|投诉人|举报人|证人|见证人|当事人|自然人"
)
_LIST: Final = r"(?:[、和及与]NAME){0,9}"
_STOP: Final = r"([，。；;,、．.\s（(［）)]|\d|$)"
_IDENTITY_FOLLOWS: Final = (
    r"([（(，,、\s]{1,2}(?:男|女|身份证|公民身份|居民身份|证件|联系电话|电话|手机|住址|汉族|［证件|［电话|\d{6}))"
)
NAMED: Final = (
    # 姓名：张三，
    rf"((?:姓名|名字)[:：\s]{{1,2}})({_FULL}{_LIST.replace('NAME', _FULL)}){_STOP}",
    # 法定代表人：张三； 负责人为张三、李四。
    rf"((?:{_LABELS})(?:姓名)?(?:[:：]\s?|系|为|是|叫|名叫))({_SURELY}{_LIST.replace('NAME', _SURELY)}){_STOP}",
    # 员工张三（男，身份证…
    rf"((?:{_LABELS}))({_FULL}){_IDENTITY_FOLLOWS}",
    # 法定代表人张三，
    rf"((?:法定代表人|法人代表))({_SURELY}){_STOP}",
)
# A body's name, or a word, where a name would stand.
_NO_NAME: Final = re.compile(
    r".*(?:店|行|厂|社|馆|部|院|校|中心|公司|站|堂|铺|局|所|坊|室|楼|吧|超市|集团|商贸|人|者|员)$"
    r"|(?:陈述|张贴|许可|何时|何种|何人|何地|许诺|林业|黄金|杨木|马上|周边|周围|胡乱|丁类|陆续|陆上|宋体|孟加拉|[某]+$).*"
)


IN_PROSE: Final = "|".join(
    f"(?:{one})"
    for one in (LONG_NUMBER, BRACKETED_AREA, LABELLED_TELEPHONE, DOCUMENT, MAIL, MESSENGER, HOME, PERSONS_PLACE, *NAMED)
)
"""Where a cell of prose may hold something personal, for polars. What it finds is then looked at by `mask`."""
IN_OTHER_TEXT: Final = "|".join(f"(?:{one})" for one in (LONG_NUMBER, BRACKETED_AREA))
"""Where a name, a number or a title may. What it finds is then looked at by `number_in`."""


def _python(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\x\{([0-9a-f]+)\}", lambda found: f"\\U{int(found[1], 16):08x}", pattern))


PROVINCES: Final = frozenset(
    str(code) for code in (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55))
) | frozenset(str(code) for code in (*range(61, 66), 71, 81, 82, 83))
_LONG_RUN: Final = _python(rf"{LONG_NUMBER}(?:[{BETWEEN}]{{0,{LONGEST_GAP}}}\d)*")
_GAP: Final = _python(rf"[{BETWEEN}]{{0,{LONGEST_GAP}}}")
_SAID_TO_BE_A_PERSONS: Final = re.compile(r"(?:身份证|身份号码|证件号)[^，。；;\d]{0,8}$")
_SAID_TO_BE_A_BODYS: Final = re.compile(
    r"(?:信用代码|识别号|注册号|登记号|执照|许可证|文号|编号|单号|订单|批号|条码|货号|案号|备案)[^，。；;\d]{0,6}$"
)
_AMOUNT_BEFORE: Final = re.compile(
    r"(?:金额|货值|货款|价款|价值|总价|总额|销售额?|收入|合计|共计|罚款)[^，。；;\d]{0,4}$"
)
_AMOUNT_AFTER: Final = re.compile(r"(?:[.．]\d+)?\s?[元万亿]")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_CARD_BEGINS: Final = re.compile(r"62|60|4|5[1-5]|35|3[0689]|9[4-9]")
# Where numbers of documents belong, only what a bank of this country or a card company must have given out.
_SURELY_A_CARD: Final = re.compile(r"62\d{14,17}|[45]\d{15}")
LONGEST_NUMBER: Final = 19
# Whether a mobile number can exist shows in its first digits; asking for these alone spares a question for each number.
MOBILE_BLOCK: Final = 5

Span = tuple[int, int, Shape]


def mask(text: str) -> tuple[str, frozenset[Shape]]:
    """The text with a mark in the place of everything personal, and the shapes of what was taken out.

    Masking again changes nothing.
    """
    shapes: set[Shape] = set()
    while True:
        masked = _masked_once(text, shapes)
        if masked == text:
            return text, frozenset(shapes)
        text = masked


def number_in(text: str, *, numbers_belong_here: bool) -> Shape | None:
    """What number of a person stands in a text that is no prose; None when none does.

    Where numbers of documents and licences belong, one is a person's only if it has the check digit of an identity
    number, or fills the whole cell as a telephone or a bank card does.
    """
    found = next(_numbers(text), None)
    if found is None:
        telephone = _TELEPHONE_IN_BRACKETS.search(text)
        return Shape.TELEPHONE if telephone and _can_be_dialled(_plain(telephone[0])) else None
    start, end, shape = found
    plain = _plain(text[start:end])
    is_whole = start == 0 and end == len(text)
    if not numbers_belong_here or (is_whole and shape is Shape.TELEPHONE):
        return shape
    if is_whole and shape is Shape.BANK_CARD and _SURELY_A_CARD.fullmatch(plain):
        return shape
    return shape if shape is Shape.IDENTITY_NUMBER and has_identity_form(plain) else None


SHORTEST_OLD: Final = 15


def _masked_once(text: str, shapes: set[Shape]) -> str:
    text = _without_numbers(text, shapes)
    for pattern, shape, secret in _LABELLED:
        text = pattern.sub(_replacer(shape, secret, shapes), text)
    return text


def _without_numbers(text: str, shapes: set[Shape]) -> str:
    parts, end = [], 0
    for start, stop, shape in _numbers(text):
        parts += [text[end:start], MARKS[shape]]
        end = stop
        shapes.add(shape)
    return "".join((*parts, text[end:]))


def _replacer(shape: Shape, secret: tuple[int, ...], shapes: set[Shape]) -> Callable[[re.Match[str]], str]:
    """Puts the mark in the place of the group that is the secret (0: the whole); leaves what proves to be none."""

    def replace(found: re.Match[str]) -> str:
        group = next(one for one in secret if found[one] is not None)
        said = found[group]
        if (shape is Shape.NAME and _NO_NAME.fullmatch(said)) or (
            found.re is _TELEPHONE_IN_BRACKETS and not _can_be_dialled(_plain(said))
        ):
            return found[0]
        shapes.add(shape)
        start, end = found.span(group)
        return found[0][: start - found.start()] + MARKS[shape] + found[0][end - found.start() :]

    return replace


_TELEPHONE_IN_BRACKETS: Final = _python(BRACKETED_AREA)
# A pattern, what it finds, and which of its groups is the secret.
_LABELLED: Final = (
    (_TELEPHONE_IN_BRACKETS, Shape.TELEPHONE, (0,)),
    (_python(LABELLED_TELEPHONE), Shape.TELEPHONE, (2,)),
    (_python(DOCUMENT), Shape.OTHER_DOCUMENT, (2,)),
    (_python(MAIL), Shape.CONTACT, (0,)),
    (_python(MESSENGER), Shape.CONTACT, (2, 4)),
    (_python(HOME), Shape.HOME, (2,)),
    (_python(PERSONS_PLACE), Shape.HOME, (2,)),
    *((_python(pattern), Shape.NAME, (2,)) for pattern in NAMED),
)


def _numbers(text: str) -> Iterator[Span]:
    """Numbers of persons, from left to right, none within another."""
    free = 0
    for start in (at for run in _LONG_RUN.finditer(text) for at in range(*run.span())):
        if start < free or not text[start].isdecimal():
            continue
        found = _number_at(text, start)
        if found is not None:
            yield start, *found
            free = found[0]


def _number_at(text: str, start: int) -> tuple[int, Shape] | None:
    """Where the number of a person that begins here ends, and its shape."""
    digits, ends = _digits_from(text, start)
    if len(digits) >= 17 and (end := _identity_end(text, start, digits, ends)) is not None:
        return end, Shape.IDENTITY_NUMBER
    if start and text[start - 1].isdecimal():
        return None
    for length in range(min(len(digits), LONGEST_NUMBER), 10, -1):
        end = ends[length - 1]
        if end < len(text) and text[end].isdecimal():
            continue
        shape = _shape_of(digits[:length], text, start, end)
        if shape is not None:
            return end, shape
    return None


def _digits_from(text: str, start: int) -> tuple[str, list[int]]:
    """The digits from here on with at most a small gap between two of them, and where each ends."""
    digits, ends, at = "", [], start
    while len(digits) < LONGEST_NUMBER and at < len(text) and text[at].isdecimal():
        digits += str(unicodedata.decimal(text[at]))
        ends.append(at + 1)
        gap = _GAP.match(text, at + 1)
        at = gap.end() if gap else at + 1
    return digits, ends


def _identity_end(text: str, start: int, digits: str, ends: list[int]) -> int | None:
    """Where an identity number of 18 characters ends; None when this is none, or a body's code that is named so."""
    last, end = (digits[17], ends[17]) if len(digits) > 17 else _letter_after(text, ends[16])
    code = digits[:17] + last
    before = text[max(0, start - 16) : start]
    if not last or (check_uscc(code).valid and _SAID_TO_BE_A_BODYS.search(before)):
        return None
    said = _SAID_TO_BE_A_PERSONS.search(before) is not None and not text[end : end + 1].isdecimal()
    return end if has_identity_form(code) or said else None


def _letter_after(text: str, at: int) -> tuple[str, int]:
    gap = _GAP.match(text, at)
    place = gap.end() if gap else at
    return ("X", place + 1) if text[place : place + 1] in tuple("XxＸｘ") else ("", at)


def _shape_of(digits: str, text: str, start: int, end: int) -> Shape | None:
    """The shape of a number that stands by itself: 11 to 19 digits."""
    before = text[max(0, start - 16) : start]
    if len(digits) == SHORTEST_OLD and _may_be_old(digits):
        if not _SAID_TO_BE_A_BODYS.search(before):
            return Shape.IDENTITY_NUMBER
    elif len(digits) >= 16:
        return Shape.BANK_CARD if _is_card(digits, before) else None
    elif len(digits) <= 14 and _can_be_dialled(digits):
        amount = _AMOUNT_BEFORE.search(before) and _AMOUNT_AFTER.match(text, end)
        return None if amount else Shape.TELEPHONE
    return None


def _may_be_old(digits: str) -> bool:
    return digits[:2] in PROVINCES and has_old_identity_form(digits)


def _is_card(digits: str, before: str) -> bool:
    """Luhn, and a beginning that banks use; not what is named a body's number, nor a place and a year in a row."""
    if not luhn.is_valid(digits) or not _CARD_BEGINS.match(digits) or _SAID_TO_BE_A_BODYS.search(before):
        return False
    dated = digits[:2] in PROVINCES and _YEAR.match(digits, 6) is not None
    return not dated and not (len(digits) == 18 and check_uscc(digits).valid)


def _can_be_dialled(digits: str) -> bool:
    """Whether it is a mobile or fixed number of China with its area code, the country's own before it or not."""
    national = re.sub(r"^(?:00)?86(?=1[3-9]|[2-9]\d|10)", "", digits) if len(digits) > 11 else digits
    if not re.fullmatch(r"1[3-9]\d{9}|0?[1-9]\d{8,10}", national) or (national == digits and digits[0] not in "01"):
        return False
    return _is_assigned(national[:MOBILE_BLOCK] + "0" * 6 if national[0] == "1" and len(national) == 11 else national)


@lru_cache(maxsize=1 << 16)
def _is_assigned(national: str) -> bool:
    return phonenumbers.is_valid_number(phonenumbers.parse(national, "CN"))


def _plain(text: str) -> str:
    """The digits, and a closing X, of a text, as ASCII."""
    digits = "".join(str(unicodedata.decimal(mark)) for mark in text if mark.isdecimal())
    return digits + ("X" if text[-1:] in tuple("XxＸｘ") else "")
