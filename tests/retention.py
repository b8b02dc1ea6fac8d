"""A catalogue in which every kind has a number of months, as law may state them one day; for tests of erasure only."""

import re
import shutil
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from tests import factories

MONTHS = 12
GONE = date(2042, 1, 1)
"""A day on which nothing of the factories' usual documents may be kept any more."""

ADOPTED: dict[str, Any] = {}


def adopted_with_months(folder: Path) -> None:
    """The shipped catalogue, with MONTHS for every national kind, adopted as the founding edition."""
    factories.adopted_once(ADOPTED, lambda: _with_months(folder / "catalogue"))


def _with_months(place: Path) -> Path:
    shutil.copytree(settings.CATALOGUE_FOLDER, place)
    changed = 0
    for path in (place / "national" / "kinds").glob("*.yaml"):
        text, count = re.subn(r"(\n  retention:\n)", rf"\1    months: {MONTHS}\n", path.read_text("utf-8"))
        path.write_text(text, "utf-8")
        changed += count
    assert changed > 20
    return place
