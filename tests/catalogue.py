"""The catalogue of this repository, read and checked once for all tests of a process."""

from functools import cache
from pathlib import Path
from typing import Final

from xinshu.law.catalogue import Catalogue
from xinshu.law.checks import build
from xinshu.law.reading import Page
from xinshu.register.catalogues.files import read_pages

FOLDER: Final = Path(__file__).resolve().parents[1] / "catalogue"


@cache
def shipped_pages() -> tuple[Page, ...]:
    """Its files; whoever changes their data takes a copy first."""
    pages, faults = read_pages(FOLDER)
    assert not faults, "\n".join(map(str, faults))
    return tuple(pages)


@cache
def shipped() -> Catalogue:
    """What it says; without a fault."""
    catalogue, faults = build(shipped_pages())
    assert catalogue is not None, "\n".join(map(str, faults))
    return catalogue
