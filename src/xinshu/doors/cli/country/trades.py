"""Whose business something is: the department, the kinds of body, and the words of their names that tell a trade."""

from dataclasses import dataclass
from typing import Final

from xinshu.law.terms import SubjectKind

# Words in a body's name that tell its trade.
FOOD: Final = (
    *("食品", "餐饮", "酒店", "水产", "茶", "商贸", "供应链", "小吃", "面馆", "便利", "水果", "早餐", "烘焙", "超市"),
    *("果蔬", "种植", "养殖", "粮油", "蜂业"),
)
GOODS: Final = (
    "商贸",
    "五金",
    "百货",
    "文具",
    "服装",
    "建材",
    "农资",
    "家具",
    "电子",
    "汽车",
    "种植",
    "苗木",
    "中药材",
)
MEDICINE: Final = ("医药",)
CARE: Final = ("医药", "卫生院", "福利院", "康复", "养老")
PLANTS: Final = ("化工", "制造", "制品", "加工", "印刷", "纺织", "家具", "包装", "能源", "机电", "养殖")
CHEMICALS: Final = ("化工", "能源")
BUILDERS: Final = ("工程", "装饰", "园林")
CARRIERS: Final = ("物流", "运输", "供应链", "仓储")
GUESTS: Final = ("酒店", "旅馆", "美发")
TRAVEL: Final = ("旅行社",)
NET_CAFES: Final = ("网吧", "文化传媒")

BUSINESSES: Final = (SubjectKind.ENTERPRISE, SubjectKind.INDIVIDUAL_BUSINESS, SubjectKind.FARMERS_COOPERATIVE)
COMPANIES: Final = (SubjectKind.ENTERPRISE,)
SOCIETIES: Final = (SubjectKind.SOCIAL_ORGANISATION,)
PREMISES: Final = tuple(kind for kind in SubjectKind if kind is not SubjectKind.JUDICIAL_BODY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """Whose business it is: the department, the kinds of body, and words of their names (none: any name)."""

    department: str
    kinds: tuple[SubjectKind, ...] = BUSINESSES
    trades: tuple[str, ...] = ()

    def suits(self, kind: SubjectKind, name: str) -> bool:
        """Whether it may be about a body of that kind and name."""
        return kind in self.kinds and (not self.trades or any(word in name for word in self.trades))
