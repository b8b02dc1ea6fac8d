"""Which edition of the catalogue is in force on a day, and what it says."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from xinshu.kit.errors import XinshuError
from xinshu.law.catalogue import Catalogue, assemble, read
from xinshu.register.catalogues.files import from_canonical
from xinshu.register.catalogues.models import Edition


class NoCatalogue(XinshuError):
    """No edition of the catalogue is in force on the day."""


@dataclass(frozen=True, slots=True)
class EditionRow:
    """An edition: its hash (hex), the first day it is in force, and the catalogue it holds."""

    hash: str
    in_force_from: date
    catalogue: Catalogue


def catalogue_on(day: date) -> EditionRow:
    """The edition in force on that day: the newest adopted for that day or an earlier one. Raises NoCatalogue."""
    found = (
        Edition.objects.filter(in_force_from__lte=day)
        .order_by("-in_force_from")
        .values_list("hash", "in_force_from")
        .first()
    )
    if found is None:
        raise NoCatalogue(f"{day} 没有生效的目录。No catalogue is in force on that day; adopt one first.")
    return _edition(bytes(found[0]).hex(), found[1])


@lru_cache(maxsize=8)
def _edition(content_hash: str, in_force_from: date) -> EditionRow:
    """An edition never changes, so what was built from it may be kept.

    It was sound when it was adopted, and stays in force as it is: rules of soundness that came later do not undo it.
    """
    content = Edition.objects.values_list("content", flat=True).get(hash=bytes.fromhex(content_hash))
    entries, faults = read(from_canonical(content))
    if faults:
        raise NoCatalogue("; ".join(map(str, faults)))
    return EditionRow(content_hash, in_force_from, assemble(entries))
