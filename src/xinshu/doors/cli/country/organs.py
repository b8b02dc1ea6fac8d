"""The organs of the country, and how the files of those that send look."""

from dataclasses import dataclass
from random import Random
from typing import Final

from xinshu.doors.cli.country.codes import social_credit_code
from xinshu.doors.cli.country.names import CITY, CITY_DIVISION, DISTRICTS
from xinshu.register.access.queries import OrganRow


@dataclass(frozen=True, slots=True)
class Style:
    """How a sender's files look: CSV in an encoding, or XLSX (None); its headers and its way to write days."""

    encoding: str | None
    headers: str = "name_zh"
    days: str = "%Y-%m-%d"


@dataclass(frozen=True, slots=True)
class Organ:
    """A made-up organ. `short` opens its document numbers; `style` is there if it sends files of its own."""

    code: str
    name: str
    short: str
    division: str
    department: str
    style: Style | None = None
    careless: bool = False

    @property
    def row(self) -> OrganRow:
        """The organ as it is registered."""
        return OrganRow(self.code, self.name, self.division, self.department)


def _organ(
    name: str, short: str, division: str, department: str, *, style: Style | None = None, careless: bool = False
) -> Organ:
    """An organ with a code that its name alone decides, so that every seed has the same organs."""
    code = social_credit_code(Random(name), "11", division)  # noqa: S311
    return Organ(code, name, short, division, department, style, careless)


def _district(division: str, office: str) -> str:
    return DISTRICTS[division] + office


MARKET: Final = _organ(
    f"{CITY}市场监督管理局", "示市监", CITY_DIVISION, "MARKET_REGULATION", style=Style("gb18030", days="%Y/%m/%d")
)
SAFETY: Final = _organ(f"{CITY}应急管理局", "示应急", CITY_DIVISION, "WORK_SAFETY", style=Style("utf-8-sig"))
ECOLOGY: Final = _organ(f"{CITY}生态环境局", "示环", CITY_DIVISION, "ECOLOGY", style=Style(None))
TRANSPORT: Final = _organ(
    f"{CITY}交通运输局", "示交", CITY_DIVISION, "TRANSPORT", style=Style("utf-8", headers="identifier", days="%Y%m%d")
)
FIRE: Final = _organ(
    _district("990101", "消防救援大队"),
    "云消",
    "990101",
    "FIRE",
    style=Style("gb18030", days="%Y年%m月%d日"),
    careless=True,
)
CENTRE: Final = _organ(
    f"{CITY}发展和改革委员会", "示发改", CITY_DIVISION, "DEVELOPMENT_REFORM", style=Style(None), careless=True
)
DISTRICT_MARKETS: Final = tuple(
    _organ(_district(division, "市场监督管理局"), short, division, "MARKET_REGULATION")
    for division, short in (("990101", "云市监"), ("990102", "砚市监"))
)
POLICE: Final = _organ(f"{CITY}公安局", "示公", CITY_DIVISION, "PUBLIC_SECURITY")

ORGANS: Final = (
    CENTRE,
    MARKET,
    *DISTRICT_MARKETS,
    SAFETY,
    FIRE,
    ECOLOGY,
    TRANSPORT,
    _organ(f"{CITY}住房和城乡建设局", "示住建", CITY_DIVISION, "HOUSING"),
    _organ(f"{CITY}卫生健康委员会", "示卫", CITY_DIVISION, "HEALTH"),
    _organ(f"{CITY}文化广电和旅游局", "示文旅", CITY_DIVISION, "CULTURE_TOURISM"),
    _organ(f"{CITY}民政局", "示民", CITY_DIVISION, "CIVIL_AFFAIRS"),
    POLICE,
)


def carried_by(sender: Organ) -> tuple[Organ, ...]:
    """Whose decisions a sender files: its own; its districts' if it heads them; everyone's for the credit centre."""
    if sender == CENTRE:
        return ORGANS
    return (sender, *DISTRICT_MARKETS) if sender == MARKET else (sender,)


def of_department(department: str) -> tuple[Organ, ...]:
    """The organs of a department."""
    return tuple(organ for organ in ORGANS if organ.department == department)
