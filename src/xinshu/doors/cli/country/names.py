"""Names that belong to nobody: invented places, brands of syllables that nobody puts together, real trade words."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Final

CITY: Final = "示范市"
CITY_DIVISION: Final = "990100"
DISTRICTS: Final = {"990101": "云汀区", "990102": "砚湖区", "990103": "栖溪区", "990104": "岚桥县"}

FIRST: Final = "澹霁筠湉葳椿曈杼峤珧汭沚栎岫霭弈沅翊蘅榆砚缃"
SECOND: Final = "岑珧汀沚栎岫霭弈沅翎蘅榆砚缃棹笙鹭渚黎禾苒樾"
THIRD: Final = ("", "", "", "川", "原", "禾", "舟", "谷", "林", "舍")


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


TRADES: Final = _words(
    """商贸 食品 餐饮管理 医药 机电设备 建筑工程 建筑装饰 物流 货物运输 化工 环保科技 信息技术 农业科技 物业服务
    机械制造 纺织 家具 包装材料 汽车销售服务 酒店管理 文化传媒 旅行社 人力资源 检测技术 金属制品 水产品加工 电子科技
    园林绿化 能源 消防工程 仓储 印刷 塑料制品 供应链管理 市政工程 茶业"""
)
FORMS: Final = ("有限公司",) * 12 + ("有限责任公司",) * 4 + ("股份有限公司", "集团有限公司", "中心（有限合伙）")
SHOPS: Final = _words(
    """小吃店 面馆 便利店 水果店 五金店 美发店 早餐店 汽车修理部 服装店 茶叶店 烘焙坊 超市 日用百货店 旅馆 洗衣店
    建材经营部 农资经营部 文具店 花店 网吧"""
)
CROPS: Final = _words("种植 果蔬 养殖 茶叶 农机服务 粮油 蜂业 水产 苗木 中药材")
SOCIETIES: Final = _words("商会 书画研究会 志愿服务协会 餐饮业协会 物流协会 体育协会 科普协会 摄影学会")
SERVICES: Final = _words("幼儿园 职业培训学校 养老服务中心 社会工作服务中心 艺术培训学校 康复中心")
INSTITUTIONS: Final = _words("小学 中学 卫生院 图书馆 文化馆 水利管理所 农业技术推广站 福利院 博物馆 职业技术学校")
AUTHORITIES: Final = ("镇人民政府", "乡人民政府", "街道办事处")

TAILS: Final[Mapping[str, tuple[str, ...]]] = {
    "91": tuple(trade + form for trade in TRADES for form in FORMS),
    "92": SHOPS,
    "93": tuple(f"{crop}农民专业合作社" for crop in CROPS),
    "51": SOCIETIES,
    "52": SERVICES,
    "53": ("公益基金会",),
    "12": INSTITUTIONS,
    "11": AUTHORITIES,
    "N2": ("村股份经济合作社",),
    "N3": ("镇经济联合总社",),
    "Y1": ("商务代表处",),
}
"""How names end, by the first two characters of the code."""

CALLED_AFTER_OPERATOR: Final = 0.3
"""Of individual businesses."""

HEAVENLY: Final = "甲乙丙丁戊己庚辛壬癸"
EARTHLY: Final[Sequence[str]] = "子丑寅卯辰巳午未申酉戌亥"


def brand(rng: Random) -> str:
    """An invented brand of two or three characters."""
    first = rng.choice(FIRST)
    second = rng.choice([syllable for syllable in SECOND if syllable != first])
    return first + second + rng.choice(THIRD)


def person(rng: Random) -> str:
    """A person who is plainly an example: 示例甲, 示例乙子."""
    return "示例" + rng.choice(HEAVENLY) + rng.choice(("", *EARTHLY))


def place(rng: Random, division: str) -> str:
    """How a name begins: the city, its district, or both."""
    district = DISTRICTS.get(division, "")
    ways: list[str] = [CITY, district or CITY, CITY + district]
    return rng.choice(ways)


def body_name(rng: Random, prefix: str, division: str) -> tuple[str, str]:
    """The name of a body whose code begins with `prefix`, and the brand in it."""
    called_after = prefix == "92" and rng.random() < CALLED_AFTER_OPERATOR
    made = person(rng) if called_after else brand(rng)
    return place(rng, division) + made + rng.choice(TAILS[prefix]), made
