"""A draft of new rules, before anybody is touched by them: is it lawful, what does it change, whom would it hit twice?

Opinions article 19: credit policy is assessed before it is issued, so that credit management is not overused.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from xinshu.law.catalogue import NATIONAL, Catalogue, assemble, read
from xinshu.law.checks import build
from xinshu.law.draft_words import Speaks, spoken_of
from xinshu.law.entries import Sentence
from xinshu.law.measure_rules import Ground, Measure
from xinshu.law.reading import Fault, Page, Path, Reader, Rule
from xinshu.law.terms import Nature, Severity, Standing

TOUCHING: Final = frozenset(
    {"kinds", "publicity", "severity", "national_list", "powers", "measures", "lists", "repair", "general"}
)
"""Chapters of which a change may touch a body; a change of any of them is laid open for comments."""

HEAD: Final = "draft"
LAYERS: Final = (NATIONAL, "local")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Who proposes what, and why: the entry `draft` of the file. `name`: small letters, digits and hyphens."""

    name: str
    title_zh: str
    title_en: str
    by_zh: str
    by_en: str
    why_zh: str
    why_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Entries that are to stand beside those in force, or in the place of those of the same name and layer."""

    head: Head
    pages: tuple[Page, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """One fault of a draft with the article by which it is refused, and what to do (None: it is no rule of law)."""

    fault: Fault
    basis: str | None = None
    article: str | None = None
    said: Sentence | None = None


@dataclass(frozen=True, slots=True)
class Lint:
    """The edition that the draft would make, and its pages; or every refusal."""

    catalogue: Catalogue | None
    pages: tuple[Page, ...]
    refusals: tuple[Refusal, ...]


class ChangeSort(StrEnum):
    """What becomes of an entry."""

    ADDED = "ADDED"
    CHANGED = "CHANGED"
    REMOVED = "REMOVED"


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """An entry that the proposed edition has otherwise than the one in force."""

    chapter: str
    layer: str
    name: str
    sort: ChangeSort


class FindingCode(StrEnum):
    """What is told of a lawful draft, so that whoever decides knows it."""

    OVERLAPS = "OVERLAPS"
    HITS_TWICE = "HITS_TWICE"
    RESTS_ON_MINOR = "RESTS_ON_MINOR"
    TERM_SHIFTED = "TERM_SHIFTED"
    NOT_IN_USE = "NOT_IN_USE"
    OWN_BASIS = "OWN_BASIS"
    ADOPTED_IN_DOUBT = "ADOPTED_IN_DOUBT"
    SPEAKS_OF_COUNT = "SPEAKS_OF_COUNT"
    SPEAKS_OF_RELATION = "SPEAKS_OF_RELATION"
    SPEAKS_OF_PLACE = "SPEAKS_OF_PLACE"
    SPEAKS_OF_PRICE = "SPEAKS_OF_PRICE"


SPEAKS: Final[Mapping[Speaks, FindingCode]] = {
    Speaks.COUNT: FindingCode.SPEAKS_OF_COUNT,
    Speaks.RELATION: FindingCode.SPEAKS_OF_RELATION,
    Speaks.PLACE: FindingCode.SPEAKS_OF_PLACE,
    Speaks.PRICE: FindingCode.SPEAKS_OF_PRICE,
}
BASES: Final = frozenset({"bases", "powers", "national_list"})
"""Chapters on which the others rest: who changes them says what it itself, or what stands already, may do."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One finding: about which entry, beside which other entry or word (empty: none)."""

    code: FindingCode
    entry: str
    other: str = ""


def draft_of(page: Page) -> tuple[Draft | None, tuple[Fault, ...]]:
    """The draft of a file (`draft`, then `national` and `local` with their chapters), or every fault of its shape."""
    reader = Reader(page)
    if HEAD not in page.data:
        reader.refuse((HEAD,), Rule.MISSING_KEY, "“draft” must be stated: who proposes what, and why")
        return None, tuple(reader.faults)
    head = reader.entry(Head, (HEAD,))
    if head is not None and not _is_slug(head.name):
        reader.refuse((HEAD, "name"), Rule.OUT_OF_RANGE, "a name of at most 60 small letters, digits and hyphens")
    pages = tuple(_pages(page, reader))
    if not pages and not reader.faults:
        reader.refuse((), Rule.INCOMPLETE, "a draft proposes at least one entry, below `national` or `local`")
    if head is None or reader.faults:
        return None, tuple(reader.faults)
    return Draft(head=head, pages=pages), ()


def lint(base: Iterable[Page], draft: Draft, rules: Catalogue) -> Lint:
    """Every fault of the edition that the draft would make of these pages, each with its article by `rules`.

    What the edition in force is itself told by rules of soundness that came later is no fault of the draft.
    """
    standing = list(base)
    already = {_without_line(fault) for fault in build(standing)[1]}
    found = [fault for fault in build(_beside(standing, draft))[1] if _without_line(fault) not in already]
    if found:
        return Lint(None, (), refused(found, rules))
    pages = applied(standing, draft)
    entries, _ = read(pages)
    return Lint(assemble(entries), pages, ())


def refused(faults: Iterable[Fault], catalogue: Catalogue | None) -> tuple[Refusal, ...]:
    """Faults of a whole folder, each with its article by that catalogue."""
    return tuple(_refused(fault, catalogue) for fault in faults)


def applied(base: Iterable[Page], draft: Draft) -> tuple[Page, ...]:
    """The pages of the edition that the draft would make: entries in their places, new ones in pages of their own."""
    left = {(page.layer, page.chapter, name): value for page in draft.pages for name, value in page.data.items()}
    pages = []
    for page in base:
        data = {name: left.pop((page.layer, page.chapter, name), value) for name, value in page.data.items()}
        pages.append(Page(page.file, page.layer, page.chapter, data))
    fresh: dict[tuple[str, str], dict[str, Any]] = {}
    for (layer, chapter, name), value in left.items():
        fresh.setdefault((layer, chapter), {})[name] = value
    for (layer, chapter), data in fresh.items():
        folder = layer if layer == NATIONAL else f"local/{layer}"
        file = f"{folder}/{chapter}/{draft.head.name}.yaml"
        same = next((index for index, page in enumerate(pages) if page.file == file), None)
        if same is None:
            pages.append(Page(file, layer, chapter, data))
        else:
            pages[same] = Page(file, layer, chapter, {**pages[same].data, **data})
    return tuple(pages)


def changes(base: Iterable[Page], proposed: Iterable[Page]) -> tuple[Change, ...]:
    """What the proposed edition has otherwise, entry by entry."""
    old, new = _by_place(base), _by_place(proposed)
    told = []
    for place in old.keys() | new.keys():
        layer, chapter, name = place
        if place not in new:
            told.append(Change(chapter, layer, name, ChangeSort.REMOVED))
        elif place not in old:
            told.append(Change(chapter, layer, name, ChangeSort.ADDED))
        elif old[place] != new[place]:
            told.append(Change(chapter, layer, name, ChangeSort.CHANGED))
    return tuple(sorted(told))


def touches(found: Iterable[Change]) -> bool:
    """Whether any of these changes may touch a body."""
    return any(change.chapter in TOUCHING for change in found)


def findings(found: Collection[Change], old: Catalogue, new: Catalogue) -> tuple[Finding, ...]:
    """What is to be told of measures, lists and terms that are added or changed, though it is lawful."""
    told: set[Finding] = set()
    own = {one.name for one in found if one.chapter in BASES}
    for change in found:
        if change.sort is ChangeSort.REMOVED:
            continue
        told |= set(_of_words(change, new))
        if change.chapter == "measures":
            told |= set(_of_measure(change.name, new))
        if change.chapter in {"measures", "lists"}:
            entry = new.measures.get(change.name) or new.lists.get(change.name)
            if entry is not None and entry.standing is Standing.INACTIVE:
                told.add(Finding(FindingCode.NOT_IN_USE, change.name))
            if entry is not None and entry.adopted is not None:
                told.add(Finding(FindingCode.ADOPTED_IN_DOUBT, change.name))
    told |= {Finding(FindingCode.OWN_BASIS, name, other) for name, *rests in _rests(new) for other in own & set(rests)}
    told |= {Finding(FindingCode.TERM_SHIFTED, name) for name in shifted_kinds(old, new)}
    return tuple(sorted(told))


def shifted_kinds(old: Catalogue, new: Catalogue) -> frozenset[str]:
    """The kinds of record of which display may begin or end on another day."""
    return frozenset(
        name
        for name, kind in old.kinds.items()
        if name not in new.kinds
        or (kind, old.schemes.get(kind.publicity or ""))
        != (new.kinds[name], new.schemes.get(new.kinds[name].publicity or ""))
    )


def _of_words(change: Change, new: Catalogue) -> Iterator[Finding]:
    """Words of a measure, a list, a kind or a power that no rule can weigh: which, so that somebody reads them."""
    entries: dict[str, Mapping[str, Any]] = {
        "measures": new.measures,
        "lists": new.lists,
        "kinds": new.kinds,
        "powers": new.powers,
    }
    entry = entries.get(change.chapter, {}).get(change.name)
    if entry is not None:
        texts = [
            entry.name_zh,
            getattr(entry, "plain_zh", ""),
            getattr(getattr(entry, "ending", None), "zh", None) or "",
        ]
        texts += [getattr(ground, "name_zh", "") for ground in getattr(entry, "grounds", ())]
        for sort, word in spoken_of(texts):
            yield Finding(SPEAKS[sort], change.name, word)


def _rests(new: Catalogue) -> Iterator[tuple[str, ...]]:
    """Each power, list and measure, and after it what it rests on: instruments, articles, an item of the list."""
    for name, power in new.powers.items():
        yield name, power.basis
    for name, rule in new.lists.items():
        yield (name, rule.basis) if rule.conduct is None else (name, rule.basis, rule.conduct.basis)
    for name, measure in new.measures.items():
        yield name, measure.basis, measure.item or "", *(ground.power for ground in measure.grounds)


def _of_measure(name: str, new: Catalogue) -> Iterator[Finding]:
    """What is to be told of one measure beside all others in use."""
    own = new.measures[name]
    if own.standing is not Standing.ACTIVE:
        return
    if own.nature is Nature.PENALTY and any(_may_be_minor(ground, new) for ground in own.grounds):
        yield Finding(FindingCode.RESTS_ON_MINOR, name)
    for other, measure in new.measures.items():
        beside = other != name and measure.standing is Standing.ACTIVE and measure.nature is own.nature
        if beside and own.contexts & measure.contexts and own.period.overlaps(measure.period):
            if own.item is not None and own.item == measure.item:
                yield Finding(FindingCode.OVERLAPS, name, other)
            if own.nature is Nature.PENALTY and _share_a_ground(own, measure):
                yield Finding(FindingCode.HITS_TWICE, name, other)


def _may_be_minor(ground: Ground, catalogue: Catalogue) -> bool:
    """Whether a ground takes in minor matters: it asks for a kind that has classes, and does not leave them out."""
    kind = catalogue.kinds.get(ground.kind or "")
    named = ground.when.severity
    return kind is not None and kind.classed and (not named or Severity.MINOR in named)


def _share_a_ground(one: Measure, other: Measure) -> bool:
    return any(_same(mine, theirs) for mine in one.grounds for theirs in other.grounds)


def _same(mine: Ground, theirs: Ground) -> bool:
    """Whether one record may be a ground of both."""
    alike = (mine.kind, mine.listed) == (theirs.kind, theirs.listed)
    classes = mine.when.severity & theirs.when.severity
    apart = bool(mine.when.severity) and bool(theirs.when.severity) and not classes
    return alike and not apart and bool(mine.subjects & theirs.subjects)


def _pages(page: Page, reader: Reader) -> Iterator[Page]:
    for layer, raw in page.data.items():
        if layer == HEAD:
            continue
        if layer not in LAYERS:
            reader.refuse((layer,), Rule.UNKNOWN_KEY, f"“{layer}” is not known here; known are: draft, national, local")
        elif not isinstance(raw, Mapping):
            reader.refuse((layer,), Rule.WRONG_TYPE, "a mapping of chapters is wanted here")
        elif layer == NATIONAL:
            yield from _chapters(page, reader, NATIONAL, (NATIONAL,), raw)
        else:
            for division, chapters in raw.items():
                yield from _division(page, reader, str(division), chapters)


def _division(page: Page, reader: Reader, division: str, chapters: object) -> Iterator[Page]:
    path = ("local", division)
    if not (len(division) == 6 and division.isdecimal()):
        reader.refuse(path, Rule.UNKNOWN_VALUE, f"“{division}” is no division code of six digits")
    elif not isinstance(chapters, Mapping):
        reader.refuse(path, Rule.WRONG_TYPE, "a mapping of chapters is wanted here")
    else:
        yield from _chapters(page, reader, division, path, chapters)


def _chapters(page: Page, reader: Reader, layer: str, path: Path, raw: Mapping[str, Any]) -> Iterator[Page]:
    for chapter, entries in raw.items():
        place = (*path, chapter)
        if not isinstance(entries, Mapping):
            reader.refuse(place, Rule.WRONG_TYPE, "a mapping of identifiers to entries is wanted here")
            continue
        deep = len(place)
        lines = {found[deep:]: line for found, line in page.lines.items() if found[:deep] == place}
        yield Page(page.file, layer, chapter, entries, lines, proposed=True)


def _beside(base: Iterable[Page], draft: Draft) -> list[Page]:
    """The pages in force without what the draft puts in its place, and the draft's own with their lines."""
    own = {(page.layer, page.chapter, name) for page in draft.pages for name in page.data}
    left = [
        Page(
            page.file,
            page.layer,
            page.chapter,
            {name: value for name, value in page.data.items() if (page.layer, page.chapter, name) not in own},
            page.lines,
        )
        for page in base
    ]
    return [*left, *draft.pages]


def _by_place(pages: Iterable[Page]) -> dict[tuple[str, str, str], Any]:
    return {(page.layer, page.chapter, name): value for page in pages for name, value in page.data.items()}


def _refused(fault: Fault, rules: Catalogue | None) -> Refusal:
    known = None if rules is None else rules.refusals.get(fault.rule)
    if known is None:
        return Refusal(fault)
    return Refusal(fault, known.basis, known.article, Sentence(zh=known.zh, en=known.en))


def _without_line(fault: Fault) -> tuple[str, str, str, str]:
    return fault.file, fault.key, fault.rule, fault.message


def _is_slug(name: str) -> bool:
    letters = name.replace("-", "")
    return 0 < len(name) <= 60 and letters.isascii() and letters.isalnum() and letters == letters.lower()
