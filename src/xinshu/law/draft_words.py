"""Words of a draft that speak of what no rule can weigh: counts, other people, places, prices. Told, never refused.

A law may use them itself (a rule on work safety counts grave accidents), so a person reads them. A list of words sees
no synonym; what it does not see is for whoever reads the draft and its comments.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Final


class Speaks(StrEnum):
    """Of what."""

    COUNT = "COUNT"
    RELATION = "RELATION"
    PLACE = "PLACE"
    PRICE = "PRICE"


NUMBER: Final = r"(?:[0-9]+|[一二两三四五六七八九十百]+)"
WORDS: Final[Mapping[Speaks, re.Pattern[str]]] = {
    Speaks.COUNT: re.compile(
        rf"累计|屡次|多次|再次|{NUMBER}[次起](?!性)|[0-9]+分(?![之钟])|积分|评分|扣分|记分|打分|分值|信用分"
    ),
    Speaks.RELATION: re.compile(
        "法定代表人|负责人|责任人员|股东|实际控制人|控股|出资人|投资人|高级管理人员|高管|董事|监事|分公司|分支机构|子公司|母公司|关联企业|"
        "关联公司|关联方|近亲属|家属|亲属|配偶|子女"
    ),
    Speaks.PLACE: re.compile(
        "本[省市州盟区县旗镇乡地]|本行政区|辖区|当地|属地|注册地|户籍|外[地省市]|异地|[省市州区县]长|[省市州区县]级(?!以上)"
    ),
    Speaks.PRICE: re.compile("收费|付费|缴费|交费|服务费|会员费|年费|保证金|押金|有偿|购买|价款"),
}


def spoken_of(texts: Iterable[str]) -> Iterator[tuple[Speaks, str]]:
    """The first word of each sort in these texts; width and spaces between characters do not hide one."""
    text = "\n".join(re.sub(r"[ \t·・]", "", unicodedata.normalize("NFKC", one)) for one in texts)
    for sort, words in WORDS.items():
        found = words.search(text)
        if found is not None:
            yield sort, found.group()
