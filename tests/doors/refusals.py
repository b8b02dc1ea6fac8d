"""What a refusal at the own space's doors must leave behind: nothing stored, nothing told, and a sentence in both languages."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from io import StringIO
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection

from xinshu.kit.log_lines import JsonLines

ROOMS = ("cases", "records", "publog", "notices", "mandates", "objections", "repair", "subjects", "intake")
NOT_MATTER = frozenset({"mandates_visit", "mandates_secondfactor"})
"""Tables that a look may touch: when a visit was last seen, which time step of the factor is used up."""

ALERT = re.compile(r'<div[^>]*role="alert"[^>]*>(.*?)</div>', re.DOTALL)
MAIN = re.compile(r"<main[^>]*>(.*?)</main>", re.DOTALL)
CHINESE = re.compile("[\u4e00-\u9fff]{4}")
ENGLISH = re.compile(r"(?:\b[A-Za-z]{2,}\b[ ,;:]+){3}")


def stored() -> dict[str, Any]:
    """Every row of the rooms of matters, and every file of the data folder by its size."""
    tables = [model._meta.db_table for room in ROOMS for model in apps.get_app_config(room).get_models()]
    found: dict[str, Any] = {}
    with connection.cursor() as cursor:
        for table in sorted(set(tables) - NOT_MATTER):
            cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM {table} t")
            found[table] = cursor.fetchone()[0]
    folder = Path(settings.DATA_FOLDER)
    return found | {str(path): path.stat().st_size for path in sorted(folder.rglob("*")) if path.is_file()}


@contextmanager
def nothing_stored() -> Iterator[None]:
    """Whatever is tried within, no row and no file is another one afterwards."""
    before = stored()
    yield
    after = stored()
    assert {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)} == set()


@contextmanager
def overheard() -> Iterator[StringIO]:
    """Every line that anybody logs within, down to the least, as an operator reads it."""
    said, root = StringIO(), logging.getLogger()
    handler = logging.StreamHandler(said)
    handler.setFormatter(JsonLines())
    levels = {name: logging.getLogger(name).level for name in ("", "django")}
    for name in levels:
        logging.getLogger(name).setLevel(logging.INFO)
    root.addHandler(handler)
    try:
        yield said
    finally:
        root.removeHandler(handler)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def words(answer: Any) -> str:
    """What a page says, of a refusal what its alert says, without marks."""
    page = answer.content.decode()
    found = ALERT.search(page) or MAIN.search(page)
    text = "" if found is None else found[1]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def is_clear(answer: Any) -> bool:
    """Whether it says why in Chinese and in English."""
    said = words(answer)
    return bool(CHINESE.search(said) and ENGLISH.search(said))
