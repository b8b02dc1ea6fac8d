"""Made-up penalty files of any size for the benchmarks, and the house in which they are taken in."""

from datetime import date, datetime, time
from pathlib import Path

import numpy as np
import polars as pl

from bench.codes import codes
from xinshu.kit.moment import LEGAL_ZONE, Moment
from xinshu.register.access.queries import OrganRow

NOON = Moment.of(datetime.combine(date(2026, 11, 23), time(12), LEGAL_ZONE))
MARKET = OrganRow("11999999TE5T001041", "示范市市场监督管理局", "990100", "MARKET_REGULATION")
ROWS_A_BODY = 5
STEP = 100_000


def write_penalties(path: Path, rows: int, *, seed: int, rows_a_body: int = ROWS_A_BODY) -> Path:
    """A CSV file of the penalty template, UTF-8: every row sound and of its own document, so many for a body."""
    known = codes(max(rows // rows_a_body, 1), seed=seed)
    with path.open("wb") as file:
        for start in range(0, rows, STEP):
            count = min(STEP, rows - start)
            frame = _rows(known, start, count, seed)
            frame.write_csv(file, include_header=start == 0)
    return path


def _rows(known: pl.Series, start: int, count: int, seed: int) -> pl.DataFrame:
    random = np.random.default_rng((seed, start))
    bodies = (np.arange(start, start + count) * 7919) % len(known)
    number = pl.int_range(start, start + count, eager=True).cast(pl.String)
    days = (np.datetime64("2026-09-01") + random.integers(0, 60, count)).astype("datetime64[D]")
    fine = random.integers(1, 50, count)
    text = pl.lit
    return pl.select(
        ("云汀示例" + pl.Series(bodies).cast(pl.String) + "商贸有限公司").alias("行政相对人名称"),
        text("法人及非法人组织").alias("行政相对人类别"),
        known.gather(bodies).alias("行政相对人代码_1(统一社会信用代码)"),
        text("示例甲").alias("法定代表人"),
        text("身份证").alias("法定代表人证件类型"),
        text("").alias("法定代表人证件号码"),
        (f"示市监罚〔2026〕{seed}-" + number + "号").alias("行政处罚决定书文号"),
        text("商品标识不符合规定").alias("违法行为类型"),
        ("经查，当事人于2026年销售的第" + number + "批商品未按规定标注产地，货值较小，未造成危害后果。").alias(
            "违法事实"
        ),
        text("《示例条例》第十条").alias("处罚依据"),
        text("罚款").alias("处罚类别"),
        ("罚款" + pl.Series(fine).cast(pl.String) + "万元").alias("处罚内容"),
        pl.Series(fine).cast(pl.String).alias("罚款金额(万元)"),
        pl.Series(days).cast(pl.Date).cast(pl.String).alias("处罚决定日期"),
        text(MARKET.name).alias("处罚机关"),
        text(MARKET.code).alias("处罚机关统一社会信用代码"),
        text(MARKET.name).alias("数据来源单位"),
        text(MARKET.code).alias("数据来源单位统一社会信用代码"),
        text("一般").alias("失信严重程度"),
        text("普通程序").alias("处罚程序"),
    )
