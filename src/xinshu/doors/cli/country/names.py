"""Names that belong to nobody: invented places, brands of syllables that nobody puts together, real trade words."""

from random import Random
from typing import Final

CITY: Final = "示范市"
CITY_DIVISION: Final = "990100"
DISTRICTS: Final = {"990101": "云汀区", "990102": "砚湖区", "990103": "栖溪区", "990104": "岚桥县"}

FIRST: Final = "澹霁筠湉葳椿曈杼峤珧汭沚栎岫霭弈沅翊蘅榆砚缃"
SECOND: Final = "岑珧汀沚栎岫霭弈沅翎蘅榆砚缃棹笙鹭渚黎禾苒樾"
THIRD: Final = ("", "", "", "川", "原", "禾", "舟", "谷", "林", "舍")

TRADES: Final = tuple(
    "商贸 食品 餐饮管理 医药 机电设备 建筑工程 建筑装饰 物流 货物运输 化工 环保科技 信息技术 农业科技 物业服务 机械制造 "
    "纺织 家具 包装材料 汽车销售服务 酒店管理 文化传媒 旅行社 人力资源 检测技术 金属制品 水产品加工 电子科技 园林绿化 "
    "能源 消防工程 仓储 印刷 塑料制品 供应链管理 市政工程 茶业".split()
)
FORMS: Final = ("有限公司",) * 12 + ("有限责任公司",) * 4 + ("股份有限公司", "集团有限公司", "中心（有限合伙）")
SHOPS: Final = tuple(
    "小吃店 面馆 便利店 水果店 五金店 美发店 早餐店 汽车修理部 服装店 茶叶店 烘焙坊 超市 日用百货店 旅馆 洗衣店 建材经营部 "
    "农资经营部 文具店 花店 网吧".split()
)
CROPS: Final = tuple("种植 果蔬 养殖 茶叶 农机服务 粮油 蜂业 水产 苗木 中药材".split())
SOCIETIES: Final = tuple("商会 书画研究会 志愿服务协会 餐饮业协会 物流协会 体育协会 科普协会 摄影学会".split())
SERVICES: Final = tuple("幼儿园 职业培训学校 养老服务中心 社会工作服务中心 艺术培训学校 康复中心".split())
INSTITUTIONS: Final = tuple("小学 中学 卫生院 图书馆 文化馆 水利管理所 农业技术推广站 福利院 博物馆 职业技术学校".split())
AUTHORITIES: Final = ("镇人民政府", "乡人民政府", "街道办事处")

HEAVENLY: Final = "甲乙丙丁戊己庚辛壬癸"
EARTHLY: Final = "子丑寅卯辰巳午未申酉戌亥"


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
    district = DISTRICTS.get(division)
    return CITY if district is None else rng.choice((CITY, district, CITY + district))


def body_name(rng: Random, prefix: str, division: str) -> tuple[str, str]:
    """The name of a body whose code begins with `prefix`, and the brand in it."""
    made, where = brand(rng), place(rng, division)
    tails = {
        "91": lambda: rng.choice(TRADES) + rng.choice(FORMS),
        "92": lambda: rng.choice(SHOPS),
        "93": lambda: rng.choice(CROPS) + "农民专业合作社",
        "51": lambda: rng.choice(SOCIETIES),
        "52": lambda: rng.choice(SERVICES),
        "53": lambda: "公益基金会",
        "12": lambda: rng.choice(INSTITUTIONS),
        "11": lambda: rng.choice(AUTHORITIES),
        "N2": lambda: "村股份经济合作社",
        "N3": lambda: "镇经济联合总社",
        "Y1": lambda: "商务代表处",
    }
    if prefix == "92" and rng.random() < 0.3:
        made = person(rng)  # many are called after their operator
    return where + made + tails[prefix](), made
