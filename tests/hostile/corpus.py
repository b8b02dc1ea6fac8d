"""The corpus: every hostile file, in the order of the page that lists them."""

from collections.abc import Mapping
from typing import Final

from tests.hostile.in_cells import CELLS, COLUMNS
from tests.hostile.in_matters import MATTERS, PERSONAL
from tests.hostile.in_packs import JSON, PACKS, PARQUET
from tests.hostile.in_texts import ENCODINGS, FORMS
from tests.hostile.in_workbooks import WORKBOOKS
from tests.hostile.making import Hostile

CHAPTERS: Final[Mapping[str, tuple[Hostile, ...]]] = {
    "编码 Encodings": ENCODINGS,
    "CSV的形式 Forms of CSV": FORMS,
    "工作簿 Workbooks": WORKBOOKS,
    "JSON": JSON,
    "Parquet": PARQUET,
    "压缩包 Packs": PACKS,
    "列 Columns": COLUMNS,
    "单元格 Cells": CELLS,
    "个人信息 Personal data": PERSONAL,
    "事项 Matters": MATTERS,
}
CORPUS: Final = tuple(hostile for chapter in CHAPTERS.values() for hostile in chapter)
