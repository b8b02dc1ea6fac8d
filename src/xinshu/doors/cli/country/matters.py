"""What organs punish: acts, facts and grounds as official prose has them, with the outcomes each may lead to."""

from dataclasses import dataclass
from typing import Final

from xinshu.law.terms import Area, Penalty, Procedure, SubjectKind

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


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a case may end: the penalties of the decision, the procedure, and how often it happens."""

    penalties: tuple[Penalty, ...]
    weight: int
    procedure: Procedure = Procedure.ORDINARY


OUTCOMES: Final = {
    "warned": Outcome((Penalty.WARNING,), 8),
    "warned at once": Outcome((Penalty.WARNING,), 5, Procedure.SUMMARY),
    "criticised": Outcome((Penalty.CIRCULATED_CRITICISM,), 3),
    "fined at once": Outcome((Penalty.FINE,), 8, Procedure.SUMMARY),
    "fined": Outcome((Penalty.FINE,), 34),
    "warned, fined": Outcome((Penalty.WARNING, Penalty.FINE), 10),
    "gains taken": Outcome((Penalty.FINE, Penalty.CONFISCATION_OF_GAINS), 12),
    "goods taken": Outcome((Penalty.FINE, Penalty.CONFISCATION_OF_GOODS), 8),
    "gains and goods taken": Outcome((Penalty.FINE, Penalty.CONFISCATION_OF_GAINS, Penalty.CONFISCATION_OF_GOODS), 5),
    "suspended": Outcome((Penalty.FINE, Penalty.LICENCE_SUSPENSION), 4),
    "downgraded": Outcome((Penalty.FINE, Penalty.QUALIFICATION_DOWNGRADE), 3),
    "revoked": Outcome((Penalty.LICENCE_REVOCATION,), 4),
    "revoked, banned": Outcome((Penalty.CONFISCATION_OF_GAINS, Penalty.LICENCE_REVOCATION, Penalty.OCCUPATION_BAN), 2),
    "restricted": Outcome((Penalty.FINE, Penalty.BUSINESS_RESTRICTION), 4),
    "stopped": Outcome((Penalty.FINE, Penalty.PRODUCTION_SUSPENSION), 6),
    "closed": Outcome((Penalty.CLOSURE_ORDER,), 2),
    "put right": Outcome((Penalty.FINE, Penalty.OTHER), 2),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """Whose business it is: the department, the kinds of body, and words of their names (none: any name)."""

    department: str
    kinds: tuple[SubjectKind, ...] = BUSINESSES
    trades: tuple[str, ...] = ()

    def suits(self, kind: SubjectKind, name: str) -> bool:
        """Whether it may be about a body of that kind and name."""
        return kind in self.kinds and (not self.trades or any(word in name for word in self.trades))


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter(Addressed):
    """One kind of case. `facts` has the slots {day}, {count} and {sum}; `licence` is what may be taken away.

    `fines`: the least and the most in yuan, roughly as the grounds allow.
    """

    act: str
    facts: str
    grounds: str
    outcomes: tuple[str, ...]
    area: Area = Area.GENERAL
    licence: str = "营业执照"
    fines: tuple[int, int] = (5_000, 100_000)


MATTERS: Final = (
    Matter(
        department="MARKET_REGULATION",
        act="经营超过保质期的食品",
        fines=(5_000, 200_000),
        trades=FOOD,
        facts="{day}，执法人员在当事人经营场所检查时，发现货架上待售的预包装食品{count}件已超过保质期，货值金额{sum}元。"
        "当事人对上述事实予以承认。",
        grounds="《中华人民共和国食品安全法》第一百二十四条第一款第五项",
        outcomes=("goods taken", "gains and goods taken", "fined", "fined at once", "revoked"),
        area=Area.FOOD,
        licence="食品经营许可证",
    ),
    Matter(
        department="MARKET_REGULATION",
        act="未履行食品进货查验义务",
        fines=(5_000, 50_000),
        trades=FOOD,
        facts="{day}，经现场检查，当事人购进食品{count}批次，未查验供货者的许可证和合格证明文件，也未建立进货查验记录。",
        grounds="《中华人民共和国食品安全法》第一百二十六条第一款第三项",
        outcomes=("warned", "warned at once", "warned, fined"),
        area=Area.FOOD,
        licence="食品经营许可证",
    ),
    Matter(
        department="MARKET_REGULATION",
        act="发布虚假广告",
        fines=(50_000, 1_000_000),
        facts="经查，当事人自{day}起在经营场所和自建网页发布的广告含有与实际情况不符的内容，广告费用合计{sum}元。",
        grounds="《中华人民共和国广告法》第二十八条、第五十五条第一款",
        outcomes=("fined", "put right", "criticised"),
        kinds=COMPANIES,
    ),
    Matter(
        department="MARKET_REGULATION",
        act="未按规定明码标价",
        fines=(500, 5_000),
        facts="{day}，执法人员检查发现当事人销售的{count}种商品未标明价格，当场责令改正。",
        grounds="《中华人民共和国价格法》第十三条第一款、第四十二条",
        outcomes=("fined at once", "warned at once", "gains taken"),
    ),
    Matter(
        department="MARKET_REGULATION",
        act="使用未经检验的特种设备",
        fines=(30_000, 300_000),
        facts="{day}，经检查，当事人在用的电梯、叉车等特种设备{count}台未经定期检验，仍继续使用。",
        grounds="《中华人民共和国特种设备安全法》第四十条第三款、第八十四条第一项",
        outcomes=("fined", "stopped"),
        area=Area.SPECIAL_EQUIPMENT,
        kinds=(*COMPANIES, SubjectKind.PUBLIC_INSTITUTION),
    ),
    Matter(
        department="MARKET_REGULATION",
        act="未遵守药品经营质量管理规范",
        fines=(100_000, 500_000),
        trades=MEDICINE,
        facts="{day}，经检查，当事人未按要求储存药品，{count}个品种无进货凭证，药品购销存记录不完整。",
        grounds="《中华人民共和国药品管理法》第五十三条第一款、第一百二十六条",
        outcomes=("warned", "warned, fined", "stopped", "revoked", "revoked, banned"),
        area=Area.DRUGS,
        licence="药品经营许可证",
        kinds=COMPANIES,
    ),
    Matter(
        department="MARKET_REGULATION",
        act="销售以不合格产品冒充合格产品的商品",
        fines=(3_000, 200_000),
        trades=GOODS,
        facts="经查，当事人销售的商品于{day}抽检不合格。当事人购进{count}件，已售出部分，获违法所得{sum}元。",
        grounds="《中华人民共和国产品质量法》第三十九条、第五十条",
        outcomes=("gains taken", "goods taken", "gains and goods taken"),
    ),
    Matter(
        department="WORK_SAFETY",
        act="未按规定开展安全生产教育和培训",
        trades=(*PLANTS, *BUILDERS),
        facts="{day}，执法人员检查发现，当事人新上岗的{count}名从业人员未经安全生产教育和培训合格即上岗作业。",
        grounds="《中华人民共和国安全生产法》关于从业人员安全生产教育和培训的规定",
        outcomes=("fined", "stopped", "fined at once"),
        area=Area.WORK_SAFETY,
        kinds=COMPANIES,
    ),
    Matter(
        department="WORK_SAFETY",
        act="未采取措施消除事故隐患",
        fines=(10_000, 50_000),
        trades=(*PLANTS, *BUILDERS),
        facts="{day}复查发现，此前责令限期整改的{count}项事故隐患仍未消除，作业场所存在较大危险因素。",
        grounds="《中华人民共和国安全生产法》关于采取措施消除事故隐患的规定",
        outcomes=("fined", "stopped", "criticised"),
        area=Area.WORK_SAFETY,
        kinds=COMPANIES,
    ),
    Matter(
        department="WORK_SAFETY",
        act="危险化学品储存不符合规定",
        fines=(50_000, 100_000),
        trades=CHEMICALS,
        facts="{day}，经现场检查，当事人未按国家标准储存危险化学品{count}桶，未设置相应的监测和通风设施。",
        grounds="《危险化学品安全管理条例》第八十条第一款",
        outcomes=("fined", "stopped", "revoked"),
        area=Area.WORK_SAFETY,
        licence="危险化学品经营许可证",
        kinds=COMPANIES,
    ),
    Matter(
        department="WORK_SAFETY",
        act="不再具备安全生产条件",
        fines=(10_000, 350_000),
        trades=(*CHEMICALS, *BUILDERS),
        facts="{day}，经检查，当事人安全生产条件降低，{count}项指标不符合取得许可时的要求，逾期未整改到位。",
        grounds="《安全生产许可证条例》第十四条第二款",
        outcomes=("suspended", "revoked"),
        area=Area.WORK_SAFETY,
        licence="安全生产许可证",
        kinds=COMPANIES,
    ),
    Matter(
        department="FIRE",
        act="消防设施、器材未保持完好有效",
        fines=(5_000, 50_000),
        facts="{day}，监督检查发现，当事人使用场所内{count}具灭火器压力不足，部分应急照明灯不能正常启动。",
        grounds="《中华人民共和国消防法》第十六条第一款第二项、第六十条第一款第一项",
        outcomes=("fined", "warned"),
        area=Area.FIRE,
        kinds=PREMISES,
    ),
    Matter(
        department="FIRE",
        act="占用、堵塞疏散通道",
        fines=(5_000, 50_000),
        facts="{day}，监督检查发现，当事人在疏散通道和安全出口处堆放杂物{count}处，影响人员疏散。",
        grounds="《中华人民共和国消防法》第二十八条、第六十条第一款第三项",
        outcomes=("warned", "fined", "warned at once"),
        area=Area.FIRE,
        kinds=PREMISES,
    ),
    Matter(
        department="FIRE",
        act="公众聚集场所未经消防安全检查擅自营业",
        fines=(30_000, 300_000),
        trades=(*GUESTS, *NET_CAFES, "餐饮", "超市"),
        facts="经查，当事人的经营场所自{day}起未经消防安全检查即投入使用、营业，面积约{count}0平方米。",
        grounds="《中华人民共和国消防法》第十五条、第五十八条第一款第四项",
        outcomes=("stopped",),
        area=Area.FIRE,
    ),
    Matter(
        department="ECOLOGY",
        act="不正常运行大气污染防治设施",
        fines=(100_000, 1_000_000),
        trades=PLANTS,
        facts="{day}现场检查时，当事人正在生产，配套的废气处理设施未开启，废气未经处理直接排放{count}小时。",
        grounds="《中华人民共和国大气污染防治法》第二十条第二款、第九十九条第三项",
        outcomes=("fined", "restricted", "stopped", "closed"),
        kinds=COMPANIES,
    ),
    Matter(
        department="ECOLOGY",
        act="超过水污染物排放标准排放水污染物",
        fines=(100_000, 1_000_000),
        trades=(*PLANTS, "卫生院", "养殖"),
        facts="{day}采样监测显示，当事人总排口废水化学需氧量超过排放标准{count}%。",
        grounds="《中华人民共和国水污染防治法》第十条、第八十三条第二项",
        outcomes=("fined", "restricted", "closed"),
        kinds=(*COMPANIES, SubjectKind.PUBLIC_INSTITUTION, SubjectKind.FARMERS_COOPERATIVE),
    ),
    Matter(
        department="ECOLOGY",
        act="易产生扬尘的物料未密闭贮存",
        fines=(10_000, 100_000),
        trades=(*BUILDERS, "仓储", "经济"),
        facts="{day}，执法人员检查发现，当事人露天堆放砂石约{count}吨，未采取覆盖、围挡等防尘措施。",
        grounds="《中华人民共和国大气污染防治法》第七十二条第一款、第一百一十七条第二项",
        outcomes=("fined", "fined at once"),
        kinds=(*COMPANIES, SubjectKind.COLLECTIVE),
    ),
    Matter(
        department="TRANSPORT",
        act="车辆违法超限运输",
        fines=(500, 30_000),
        trades=(*CARRIERS, "建材", "商贸"),
        facts="{day}，当事人所属货运车辆经检测车货总质量超过限定标准{count}%，未办理超限运输许可。",
        grounds="《公路安全保护条例》第三十三条第一款、第六十四条",
        outcomes=("fined", "fined at once"),
        kinds=(*COMPANIES, SubjectKind.INDIVIDUAL_BUSINESS),
    ),
    Matter(
        department="TRANSPORT",
        act="未取得道路运输经营许可擅自从事道路运输经营",
        fines=(3_000, 100_000),
        trades=(*CARRIERS, "商贸", "建材"),
        facts="经查，当事人未取得道路运输经营许可，自{day}起承运货物{count}次，收取运费{sum}元。",
        grounds="《中华人民共和国道路运输条例》关于道路运输经营许可的规定",
        outcomes=("gains taken", "fined"),
    ),
    Matter(
        department="TRANSPORT",
        act="不再具备道路运输开业要求的安全条件",
        fines=(2_000, 100_000),
        trades=CARRIERS,
        facts="{day}检查发现，当事人安全管理制度未落实，{count}辆营运车辆技术状况不达标，逾期未整改。",
        grounds="《中华人民共和国道路运输条例》关于开业安全条件的规定",
        outcomes=("suspended", "revoked", "stopped"),
        licence="道路运输经营许可证",
        kinds=COMPANIES,
    ),
    Matter(
        department="HOUSING",
        act="未按照工程设计图纸施工",
        fines=(20_000, 600_000),
        trades=BUILDERS,
        facts="{day}，监督抽查发现，当事人承建的工程有{count}处未按经审查的施工图设计文件施工。",
        grounds="《建设工程质量管理条例》第二十八条第一款、第六十四条",
        outcomes=("fined", "downgraded", "stopped"),
        licence="建筑业企业资质证书",
        kinds=COMPANIES,
    ),
    Matter(
        department="HOUSING",
        act="未对建筑材料进行检验",
        fines=(100_000, 200_000),
        trades=BUILDERS,
        facts="{day}，监督抽查发现，当事人进场的{count}批次钢筋、商品混凝土未经取样检验即用于工程。",
        grounds="《建设工程质量管理条例》第三十一条、第六十五条",
        outcomes=("fined", "downgraded", "criticised"),
        licence="建筑业企业资质证书",
        kinds=COMPANIES,
    ),
    Matter(
        department="HEALTH",
        act="未按规定处置医疗废物",
        fines=(2_000, 5_000),
        trades=CARE,
        facts="{day}，监督检查发现，当事人未按类别分置医疗废物，暂存处无警示标识，涉及{count}包。",
        grounds="《医疗废物管理条例》第四十五条",
        outcomes=("warned", "warned, fined"),
        kinds=(SubjectKind.PUBLIC_INSTITUTION, SubjectKind.ENTERPRISE, SubjectKind.SOCIAL_ORGANISATION),
    ),
    Matter(
        department="HEALTH",
        act="未取得公共场所卫生许可证擅自营业",
        fines=(500, 30_000),
        trades=GUESTS,
        facts="{day}，监督检查发现，当事人未取得卫生许可证，擅自开展经营活动，从业人员{count}人。",
        grounds="《公共场所卫生管理条例实施细则》第三十五条第一款",
        outcomes=("warned, fined", "warned"),
    ),
    Matter(
        department="CULTURE_TOURISM",
        act="未经许可经营旅行社业务",
        fines=(10_000, 100_000),
        trades=("文化传媒", "信息技术"),
        facts="经查，当事人未取得旅行社业务经营许可，于{day}组织{count}名游客出游，违法所得{sum}元。",
        grounds="《中华人民共和国旅游法》第二十八条、第九十五条第一款",
        outcomes=("gains taken",),
        kinds=COMPANIES,
    ),
    Matter(
        department="CULTURE_TOURISM",
        act="接纳未成年人进入互联网上网服务营业场所",
        fines=(1_000, 15_000),
        trades=NET_CAFES,
        facts="{day}，执法人员检查发现，当事人经营的场所内有{count}名未成年人上网，未核对、登记有效身份证件。",
        grounds="《互联网上网服务营业场所管理条例》第二十一条第一款、第三十一条第二项",
        outcomes=("warned, fined", "stopped", "revoked"),
        licence="网络文化经营许可证",
    ),
    Matter(
        department="CIVIL_AFFAIRS",
        act="超出章程规定的宗旨和业务范围进行活动",
        fines=(2_000, 20_000),
        facts="经查，当事人自{day}起开展了{count}次超出章程规定的业务范围的活动，经责令仍未改正。",
        grounds="《社会团体登记管理条例》第三十条第一款第二项",
        outcomes=("warned", "restricted", "put right"),
        kinds=SOCIETIES,
    ),
    Matter(
        department="CIVIL_AFFAIRS",
        act="不按照规定接受监督检查",
        facts="经查，当事人截至{day}未按规定报送年度工作报告，经{count}次书面催告仍未报送。",
        grounds="《社会团体登记管理条例》第三十条第一款第三项",
        outcomes=("warned", "criticised"),
        kinds=SOCIETIES,
    ),
)
