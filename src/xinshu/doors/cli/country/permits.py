"""What organs license: certificate, content, category and how many years it lasts (None: without an end)."""

from dataclasses import dataclass
from typing import Final

from xinshu.doors.cli.country.trades import (
    BUILDERS,
    BUSINESSES,
    CARE,
    CARRIERS,
    CHEMICALS,
    COMPANIES,
    FOOD,
    GUESTS,
    MEDICINE,
    PLANTS,
    PREMISES,
    SOCIETIES,
    TRAVEL,
    Addressed,
)
from xinshu.law.terms import SubjectKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit(Addressed):
    """One kind of licence. `category` is a choice of the catalogue's LICENCE_CATEGORY; `mark` opens its number."""

    title: str
    certificate: str
    mark: str
    content: str
    category: str = "ORDINARY"
    years: int | None = None


ORDINARY_TITLE: Final = "准予行政许可决定书"

PERMITS: Final = (
    Permit(
        department="MARKET_REGULATION",
        title=ORDINARY_TITLE,
        certificate="食品经营许可证",
        trades=(*FOOD, *CARE, "学", "幼儿园"),
        mark="JY",
        content="准予从事食品经营：预包装食品销售、散装食品销售、热食类食品制售",
        years=5,
        kinds=(*BUSINESSES, SubjectKind.PUBLIC_INSTITUTION, SubjectKind.SOCIAL_ORGANISATION),
    ),
    Permit(
        department="MARKET_REGULATION",
        title=ORDINARY_TITLE,
        certificate="药品经营许可证",
        trades=MEDICINE,
        mark="DA",
        content="准予从事药品零售：中成药、化学药制剂、抗生素制剂",
        years=5,
        kinds=COMPANIES,
    ),
    Permit(
        department="MARKET_REGULATION",
        title="特种设备使用登记证",
        certificate="特种设备使用登记证",
        mark="TS",
        content="准予特种设备使用登记：曳引驱动乘客电梯",
        category="REGISTRATION",
        kinds=(*COMPANIES, SubjectKind.PUBLIC_INSTITUTION, SubjectKind.GOVERNMENT_BODY),
    ),
    Permit(
        department="MARKET_REGULATION",
        title="检验检测机构资质认定决定书",
        certificate="检验检测机构资质认定证书",
        trades=("检测", "学校"),
        mark="ZD",
        content="认定具备向社会出具具有证明作用的数据、结果的检验检测能力",
        category="ACCREDITATION",
        years=6,
        kinds=(*COMPANIES, SubjectKind.PUBLIC_INSTITUTION),
    ),
    Permit(
        department="TRANSPORT",
        title="道路货物运输经营行政许可决定书",
        certificate="道路运输经营许可证",
        trades=CARRIERS,
        mark="DL",
        content="准予从事道路普通货物运输",
        years=4,
        kinds=(*COMPANIES, SubjectKind.INDIVIDUAL_BUSINESS),
    ),
    Permit(
        department="WORK_SAFETY",
        title=ORDINARY_TITLE,
        certificate="危险化学品经营许可证",
        trades=CHEMICALS,
        mark="WH",
        content="准予经营列明品种的危险化学品（不带储存设施）",
        years=3,
        kinds=COMPANIES,
    ),
    Permit(
        department="HOUSING",
        title="建筑业企业资质核准决定书",
        certificate="建筑业企业资质证书",
        trades=BUILDERS,
        mark="JZ",
        content="核准建筑工程施工总承包二级资质",
        category="APPROVAL",
        years=5,
        kinds=COMPANIES,
    ),
    Permit(
        department="HOUSING",
        title="管道燃气特许经营决定书",
        certificate="管道燃气特许经营授权书",
        trades=("能源",),
        mark="RQ",
        content="授予规定区域内管道燃气特许经营权",
        category="CONCESSION",
        years=25,
        kinds=COMPANIES,
    ),
    Permit(
        department="HOUSING",
        title="建筑工程施工许可决定书",
        certificate="建筑工程施工许可证",
        mark="SG",
        content="准予所申请的建筑工程开工建设",
        kinds=(*COMPANIES, SubjectKind.GOVERNMENT_BODY, SubjectKind.PUBLIC_INSTITUTION, SubjectKind.COLLECTIVE),
    ),
    Permit(
        department="HEALTH",
        title="公共场所卫生许可决定书",
        certificate="公共场所卫生许可证",
        trades=GUESTS,
        mark="GW",
        content="准予经营公共场所：住宿、美容美发、游泳场所",
        years=4,
    ),
    Permit(
        department="CULTURE_TOURISM",
        title=ORDINARY_TITLE,
        certificate="旅行社业务经营许可证",
        trades=TRAVEL,
        mark="LX",
        content="准予经营国内旅游和入境旅游招徕、组织、接待业务",
        kinds=COMPANIES,
    ),
    Permit(
        department="ECOLOGY",
        title="排污许可决定书",
        certificate="排污许可证",
        trades=(*PLANTS, "卫生院"),
        mark="PW",
        content="准予按许可证载明的种类、浓度和总量排放污染物",
        years=5,
        kinds=(*COMPANIES, SubjectKind.PUBLIC_INSTITUTION, SubjectKind.FARMERS_COOPERATIVE),
    ),
    Permit(
        department="CIVIL_AFFAIRS",
        title="准予登记决定书",
        certificate="社会组织法人登记证书",
        mark="SZ",
        content="准予社会组织成立登记",
        category="REGISTRATION",
        years=4,
        kinds=SOCIETIES,
    ),
    Permit(
        department="FIRE",
        title="公众聚集场所投入使用、营业消防安全检查意见书",
        certificate="消防安全检查合格证",
        mark="XF",
        content="准予该场所投入使用、营业",
        category="OTHER",
        kinds=PREMISES,
    ),
    Permit(
        department="DEVELOPMENT_REFORM",
        title="项目核准批复",
        certificate="项目核准文件",
        mark="HZ",
        content="核准所申请的固定资产投资项目",
        category="APPROVAL",
        years=2,
        kinds=(*COMPANIES, SubjectKind.GOVERNMENT_BODY, SubjectKind.COLLECTIVE, SubjectKind.OTHER_ORGANISATION),
    ),
)
