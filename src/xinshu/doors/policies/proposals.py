"""What is proposed: one draft file, or a whole folder of the catalogue; refused with every fault and its article."""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from xinshu.doors.policies.labels import RULES
from xinshu.kit.errors import XinshuError
from xinshu.law.assessment import Change, Refusal, changes, lint, refused
from xinshu.law.catalogue import Catalogue
from xinshu.law.checks import build
from xinshu.law.public_form import law_phrase
from xinshu.law.reading import Fault, Page
from xinshu.register.catalogues.files import canonical, edition_hash, read_draft, read_pages
from xinshu.register.catalogues.queries import EditionRow, newest_edition, pages_of


@dataclass(frozen=True, slots=True)
class RefusalWords:
    """A fault as it is told: where and which rule, by which article, and what the law wants."""

    fault: Fault
    law: tuple[str, str] | None
    said: tuple[str, str] | None

    @property
    def short(self) -> str:
        """What is wrong, in a few Chinese words."""
        return RULES[self.fault.rule]

    def __str__(self) -> str:
        one = self.fault
        told = f"{one.file}:{one.line}: {one.key}: [{one.rule} {self.short}] {one.message}"
        if self.law is None or self.said is None:
            return told
        return f"{told}\n    依据 by {self.law[0]}：{self.said[0]} {self.said[1]} ({self.law[1]})"


class DraftRefused(XinshuError):
    """The draft is not lawful, or cannot be read; each fault is named with its article."""

    def __init__(self, refusals: tuple[RefusalWords, ...]) -> None:
        super().__init__("\n".join(map(str, refusals)))
        self.refusals = refusals


class NothingProposed(XinshuError):
    """The draft would change nothing."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A lawful draft: what its head says, its hash, the edition it is compared with, and the one it would make."""

    head: dict[str, Any]
    draft_hash: str
    against: EditionRow
    catalogue: Catalogue
    content: bytes
    changes: tuple[Change, ...]

    @property
    def edition(self) -> str:
        """The hash of the edition that it would make."""
        return edition_hash(self.content).hex()


def proposed(content: bytes, name: str) -> Proposal:
    """What a draft file proposes, beside the newest edition. Raises DraftRefused, NothingProposed."""
    against = newest_edition()
    draft, faults = read_draft(content, name)
    if draft is None:
        raise _refusal(refused(faults, against.catalogue), against.catalogue)
    base = pages_of(against.hash)
    found = lint(base, draft, against.catalogue)
    if found.catalogue is None:
        raise _refusal(found.refusals, against.catalogue)
    return _proposal(asdict(draft.head), content, against, base, found.pages, found.catalogue)


def proposed_by_folder(folder: Path) -> Proposal:
    """What a whole folder of the catalogue proposes. Raises DraftRefused, NothingProposed."""
    against = newest_edition()
    pages, shape = read_pages(folder)
    catalogue, faults = build(pages)
    if catalogue is None or shape:
        raise _refusal(refused(sorted({*shape, *faults}), against.catalogue), against.catalogue)
    content = canonical(pages)
    head = {
        "name": f"edition-{edition_hash(content).hex()[:12]}",
        "title_zh": "整版目录",
        "title_en": "A whole edition of the catalogue",
        "by_zh": "平台运行机构",
        "by_en": "the operator of the platform",
        "why_zh": "以文件夹中的目录整版替换现行目录。",
        "why_en": "The catalogue in a folder takes the place of the one in force.",
    }
    return _proposal(head, content, against, pages_of(against.hash), pages, catalogue)


def _proposal(
    head: dict[str, Any],
    draft: bytes,
    against: EditionRow,
    base: list[Page],
    pages: Iterable[Page],
    catalogue: Catalogue,
) -> Proposal:
    proposed_pages = list(pages)
    content = canonical(proposed_pages)
    found = changes(base, proposed_pages)
    if edition_hash(content).hex() == against.hash or not found:
        raise NothingProposed(
            f"与现行目录（{against.hash[:12]}）相同，无须评估。It says what the edition {against.hash[:12]} says"
            " already; there is nothing to assess."
        )
    return Proposal(head, hashlib.sha256(draft).hexdigest(), against, catalogue, content, found)


def _refusal(refusals: tuple[Refusal, ...], rules: Catalogue) -> DraftRefused:
    return DraftRefused(tuple(_worded(one, rules) for one in refusals))


def _worded(one: Refusal, rules: Catalogue) -> RefusalWords:
    if one.said is None:
        return RefusalWords(one.fault, None, None)
    return RefusalWords(one.fault, law_phrase(one.basis, one.article, rules), (one.said.zh, one.said.en))
