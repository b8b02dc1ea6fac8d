"""Every rule of the catalogue has a planted fault here, told with its file, line, key and rule; nothing ever crashes."""

import copy
import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from xinshu.law.catalogue import CHAPTERS
from xinshu.law.checks import build
from xinshu.law.reading import Fault, Page, Rule
from xinshu.register.catalogues.files import canonical, from_canonical, load_catalogue, read_pages

SOUND = Path(__file__).parent / "loader" / "sound"
PLANTED = yaml.safe_load((SOUND.parent / "faults.yaml").read_text(encoding="utf-8"))
HOSTILE = [row for path in (SOUND.parents[1] / "hostile").glob("*.yaml") for row in yaml.safe_load(path.read_text())]

Told = tuple[str, int, str, str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sound catalogue that may be spoiled."""
    return Path(shutil.copytree(SOUND, tmp_path / "catalogue"))


def write(folder: Path, name: str, text: str | bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)


def plant(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text, f"{old!r} stands nowhere in {file}"
    write(folder, file, text.replace(old, new, 1))


def line_of(folder: Path, file: str, beginning: str) -> int:
    """The number of the first line that begins so."""
    text = (folder / file).read_text(encoding="utf-8")
    found = re.search(r"^ *" + re.escape(beginning), text, re.MULTILINE)
    assert found, f"no line of {file} begins with {beginning!r}"
    return text.count("\n", 0, found.start()) + 1


def expected(folder: Path, plant_of: dict[str, Any]) -> list[Told]:
    return sorted(
        (file, line_of(folder, file, fault["line"]), fault["key"], fault["rule"])
        for fault in plant_of["faults"]
        for file in [fault.get("file", plant_of["file"])]
    )


def told(faults: tuple[Fault, ...]) -> list[Told]:
    return sorted((fault.file, fault.line, fault.key, fault.rule.value) for fault in faults)


def name_of(planted: dict[str, Any]) -> str:
    first = planted["faults"][0]
    return f"{first['rule']} {first['key'] or planted['file']} {planted['new'].strip()[:30]!r}"


# --- planted faults -------------------------------------------------------------------------------


def test_the_sound_catalogue_is_sound(folder: Path) -> None:
    catalogue, faults = load_catalogue(folder)
    assert faults == ()
    assert catalogue is not None
    assert set(catalogue.kinds) == {"PENALTY", "LOCAL-HONOUR"}
    assert catalogue.layers == {"PENALTY": "national", "LOCAL-HONOUR": "990100"}


@pytest.mark.parametrize("planted", PLANTED, ids=name_of)
def test_a_planted_fault_is_told_where_it_stands(folder: Path, planted: dict[str, Any]) -> None:
    plant(folder, planted["file"], planted["old"], planted["new"])
    catalogue, faults = load_catalogue(folder)
    assert catalogue is None
    assert told(faults) == expected(folder, planted)


def test_a_scheme_without_a_regime_and_a_regime_without_a_row_are_incomplete(folder: Path) -> None:
    file = "national/publicity/terms.yaml"
    whole = (folder / file).read_text(encoding="utf-8")
    write(folder, file, whole.partition("  regimes:")[0] + "  regimes: {}\n")
    assert told(load_catalogue(folder)[1]) == [(file, 4, "TERMS.regimes", "INCOMPLETE")]
    head, _, tail = whole.partition("        - {row: ALL")
    write(folder, file, head.removesuffix("rows:\n") + "rows: []\n" + tail.partition("\n")[2])
    line = line_of(folder, file, "rows: []")
    assert told(load_catalogue(folder)[1]) == [(file, line, "TERMS.regimes.OLD.rows", "INCOMPLETE")]


def test_every_rule_has_a_planted_fault() -> None:
    here = {fault["rule"] for planted in PLANTED for fault in planted["faults"]}
    elsewhere = {row["rule"] for row in HOSTILE}
    assert here | elsewhere | {Rule.UNKNOWN_CHAPTER} == set(Rule)


def test_five_faults_of_one_file_come_in_one_run(folder: Path) -> None:
    file = "national/kinds/penalty.yaml"
    plant(folder, file, "effect: ADVERSE", "effect: BAD")
    plant(folder, file, "from: 2019-07-01", "from: 2019-06-31")
    plant(folder, file, "  basis: LAW-A", "  basis: LAW-Z")
    plant(folder, file, "  category: 2\n", "")
    plant(folder, file, "type: PERSONAL", "type: PERSONAL, secret: true")
    _, faults = load_catalogue(folder)
    assert told(faults) == [
        (file, 1, "PENALTY.category", "MISSING_KEY"),
        (file, line_of(folder, file, "effect:"), "PENALTY.effect", "UNKNOWN_VALUE"),
        (file, line_of(folder, file, "basis:"), "PENALTY.basis", "MISSING_BASIS"),
        (file, line_of(folder, file, "from:"), "PENALTY.from", "IMPOSSIBLE_DATE"),
        (file, line_of(folder, file, "PERSON:"), "PENALTY.fields.PERSON.secret", "UNKNOWN_KEY"),
    ]


def test_the_faults_of_several_files_come_in_one_run(folder: Path) -> None:
    plant(folder, "national/bases/other.yaml", "title: 丙", "title: [丙")
    plant(folder, "national/severity/tables.yaml", "from: 2026-04-01", "from: 2026-03-31")
    plant(folder, "national/publicity/terms.yaml", "max_months: 12, ", "")
    plant(folder, "local/990100/kinds/all.yaml", "  basis: LOCAL-A", "  basis: LAW-A")
    write(folder, "national/kinds/broken.yaml", b"\xff\xfe")
    _, faults = load_catalogue(folder)
    assert [(fault.file, fault.rule) for fault in faults] == [
        ("local/990100/kinds/all.yaml", Rule.RANK_TOO_LOW),
        ("national/bases/other.yaml", Rule.NOT_YAML),
        ("national/kinds/broken.yaml", Rule.NOT_YAML),
        ("national/publicity/terms.yaml", Rule.INCOMPLETE),
        ("national/severity/tables.yaml", Rule.OVERLAPPING_PERIODS),
    ]


def test_what_rests_on_a_faulty_entry_gets_no_fault_of_its_own(folder: Path) -> None:
    plant(folder, "national/bases/all.yaml", "from: 2000-01-01", "from: 2000-02-30")
    plant(folder, "national/categories/all.yaml", "number: 2", "number: two")
    plant(folder, "national/publicity/terms.yaml", "name_zh: 期限", "name_zh:")
    plant(folder, "national/vocabularies/all.yaml", "name_zh: 颜色", "name_zh:")
    _, faults = load_catalogue(folder)
    assert [fault.key for fault in faults] == ["LAW-A.from", "PENALTIES.number", "TERMS.name_zh", "COLOUR.name_zh"]


def test_a_fault_reads_as_one_line_that_an_editor_can_open(folder: Path) -> None:
    plant(folder, "national/bases/other.yaml", "from: 2018-01-01", "from: 2026-02-30")
    _, (fault,) = load_catalogue(folder)
    assert str(fault) == (
        "national/bases/other.yaml:6: RULE-C.from: [IMPOSSIBLE_DATE] “2026-02-30” is no day; write YYYY-MM-DD"
    )


# --- files ----------------------------------------------------------------------------------------


def test_an_empty_or_missing_folder_is_a_fault(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        catalogue, (fault,) = load_catalogue(folder)
        assert catalogue is None
        assert (fault.file, fault.line, fault.rule) == (str(folder), 1, Rule.INCOMPLETE)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"", 1),
        (b"# nothing but a remark\n", 1),
        (b"just text\n", 1),
        (b"A:\n  B: \xb7\xa8\n", 2),
        ("甲法:\n".encode("gb18030"), 1),
        (b"A:\n\tB: 1\n", 2),
        (b"A: " + b"[" * 3000 + b"]" * 3000, 1),
        (b"A: \x00", 1),
    ],
    ids=["empty", "remark", "text", "latin-1", "gb18030", "tab", "deep", "null"],
)
def test_a_file_that_is_no_page_is_told_by_its_line(folder: Path, text: bytes, line: int) -> None:
    write(folder, "national/bases/zzz.yaml", text)
    _, faults = load_catalogue(folder)
    assert told(faults) == [("national/bases/zzz.yaml", line, "", "NOT_YAML")]


def test_a_folder_in_the_place_of_a_file_is_told(folder: Path) -> None:
    (folder / "national/bases/zzz.yaml").mkdir()
    _, faults = load_catalogue(folder)
    assert told(faults) == [("national/bases/zzz.yaml", 1, "", "NOT_YAML")]


@pytest.mark.parametrize(
    "name",
    [
        "national/reason/a.yaml",
        "laws.yaml",
        "local/kinds.yaml",
        "local/99/kinds/a.yaml",
        "nation/kinds/a.yaml",
        "national/kinds/a.yml",
    ],
)
def test_a_file_in_no_known_place_is_never_passed_over(folder: Path, name: str) -> None:
    write(folder, name, "{}\n")
    _, faults = load_catalogue(folder)
    assert told(faults) == [(name, 1, "", "UNKNOWN_CHAPTER")]


def test_a_reference_that_grows_without_bound_is_refused_in_no_time(folder: Path) -> None:
    lines = ["A0: &a0 [x, x]"] + [f"A{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    write(folder, "national/bases/bomb.yaml", "\n".join(lines))
    write(folder, "national/bases/circle.yaml", "A: &a\n  B: *a\n")
    _, faults = load_catalogue(folder)
    assert {fault.rule for fault in faults} == {Rule.NOT_YAML, Rule.WRONG_TYPE, Rule.UNKNOWN_KEY, Rule.MISSING_KEY}
    assert len(faults) < 400


# --- local supplements ----------------------------------------------------------------------------


def local(folder: Path, chapter: str, source: str, *changes: tuple[str, str]) -> list[Told]:
    """Add a page to the supplement of 990100, made of a national one, and read the catalogue."""
    text = (folder / source).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    write(folder, f"local/990100/{chapter}/added.yaml", text)
    return told(load_catalogue(folder)[1])


@pytest.mark.parametrize("chapter", ["categories", "vocabularies", "severity", "calendar"])
def test_a_supplement_may_not_bring_what_is_national(folder: Path, chapter: str) -> None:
    (source,) = (folder / "national" / chapter).glob("*.yaml")
    names = {name: f"X-{name}" for name in re.findall(r"^([\w-]+):", source.read_text(encoding="utf-8"), re.MULTILINE)}
    changes = [
        (f"{name}:\n", f"{new}:\n") if chapter != "categories" else (f"{name}:", f"{new}:")
        for name, new in names.items()
    ]
    found = local(folder, chapter, f"national/{chapter}/{source.name}", *changes)
    file = f"local/990100/{chapter}/added.yaml"
    refused = [fault for fault in found if fault[3] == "OVERRIDES_NATIONAL"]
    assert refused == [(file, line_of(folder, file, new), new, "OVERRIDES_NATIONAL") for new in names.values()]


def test_a_supplement_may_not_repeat_a_term_scheme_under_its_national_name(folder: Path) -> None:
    found = local(folder, "publicity", "national/publicity/terms.yaml", ("max_months: 12", "max_months: 60"))
    assert found == [("local/990100/publicity/added.yaml", 1, "TERMS", "OVERRIDES_NATIONAL")]


def test_a_city_may_rest_on_its_province_and_not_on_its_neighbour(folder: Path) -> None:
    file = "local/990100/kinds/all.yaml"
    shutil.move(folder / "local/990100", folder / "local/990123")
    assert load_catalogue(folder)[1] == ()
    shutil.move(folder / "local/990123", folder / "local/990200")
    _, faults = load_catalogue(folder)
    assert {(fault.file, fault.rule) for fault in faults} == {
        (file.replace("990100", "990200"), Rule.OUTSIDE_DIVISION),
        ("local/990200/bases/all.yaml", Rule.OUTSIDE_DIVISION),
    }


def test_a_supplement_may_not_use_the_terms_of_its_neighbour(folder: Path) -> None:
    text = (folder / "national/publicity/terms.yaml").read_text(encoding="utf-8")
    text = text.replace("TERMS:", "LOCAL-TERMS:")
    write(folder, "local/990200/publicity/a.yaml", text)
    file = "local/990100/kinds/all.yaml"
    plant(folder, file, "audience: GOVERNMENT", "audience: GOVERNMENT\n  publicity: LOCAL-TERMS")
    _, faults = load_catalogue(folder)
    line = line_of(folder, file, "publicity:")
    assert told(faults) == [(file, line, "LOCAL-HONOUR.publicity", "OUTSIDE_DIVISION")]


def test_a_local_kind_is_for_its_own_division_only(folder: Path) -> None:
    catalogue, _ = load_catalogue(folder)
    assert catalogue is not None
    places = ("990100", "990102", "990000", "990200", "110000")
    assert [catalogue.applies_in("LOCAL-HONOUR", place) for place in places] == [True, True, False, False, False]
    assert all(catalogue.applies_in("PENALTY", place) for place in places)


# --- nothing crashes ------------------------------------------------------------------------------


def plain_data(keys: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    scalars = (
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=5)
        | st.sampled_from(
            ["LAW-A", "TERMS", "FIXED", "2026-02-28", "0001-01-01", "9999-12-31", "-1", "NaN", "1e999999999", "990100"]
        )
    )
    return st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4), max_leaves=8
    )


KEYS = st.text(max_size=4) | st.sampled_from(
    ["LAW-A", "A.b", "basis", "from", "until", "rows", "regimes", "fields", "row"]
)
PLAIN = plain_data(KEYS)


def nodes(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value at or below."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in items:
        yield from nodes(child, (*path, key))


SOUND_PAGES = read_pages(SOUND)[0]
PLACES = [(number, path) for number, page in enumerate(SOUND_PAGES) for path in nodes(page.data) if path]


@given(
    pages=st.lists(
        st.builds(
            Page,
            st.sampled_from(["national/a.yaml", "local/b.yaml"]),
            st.sampled_from(["national", "990100", "", "x"]),
            st.sampled_from([*CHAPTERS, "other"]),
            st.dictionaries(KEYS, PLAIN, max_size=3),
        ),
        max_size=4,
    )
)
@settings(deadline=None)
def test_plain_data_of_any_shape_never_crashes(pages: list[Page]) -> None:
    catalogue, faults = build(pages)
    assert (catalogue is None) == bool(faults)


@given(places=st.lists(st.sampled_from(PLACES), min_size=1, max_size=3), values=st.lists(PLAIN, min_size=3, max_size=3))
@settings(deadline=None, max_examples=400)
def test_a_catalogue_spoiled_anywhere_never_crashes(places: list[tuple[int, Any]], values: list[Any]) -> None:
    pages = copy.deepcopy(SOUND_PAGES)
    for (number, path), value in zip(places, values, strict=False):
        replace(pages[number].data, path, value)
    catalogue, faults = build(pages)
    assert (catalogue is None) == bool(faults)
    assert all(fault.file and fault.line >= 1 and fault.message for fault in faults)


def replace(data: Any, path: tuple[Any, ...], value: Any) -> None:
    """Put a value at the path, unless an earlier one has taken the path away."""
    *above, last = path
    for key in above:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(data, dict) or (isinstance(data, list) and isinstance(last, int) and last < len(data)):
        data[last] = value


SCRAPS = st.sampled_from(
    ["A:", " ", "\n", "- ", "? ", ": ", "[", "]", "{", "}", "&a", "*a", "<<: ", "!!int ", "!!set ", "!x ", "'", '"', "|\n", ">", "#", "~",
     "=", "yes", "0o7", "0x", "1:30", "-.inf", "2026-02-30", "%YAML 9.9\n", "---\n", "...", "\t", "\ufeff", "\x85", "甲", "1" * 5000]
)  # fmt: skip


@given(scraps=st.lists(SCRAPS | st.text(max_size=3), max_size=12))
@settings(deadline=None, max_examples=300)
def test_any_text_is_a_page_or_a_fault(tmp_path_factory: pytest.TempPathFactory, scraps: list[str]) -> None:
    folder = tmp_path_factory.mktemp("scraps")
    write(folder, "national/bases/a.yaml", "".join(scraps).encode("utf-8", "surrogatepass"))
    catalogue, faults = load_catalogue(folder)
    assert (catalogue is None) == bool(faults)


def test_an_adopted_edition_reads_back_as_the_same_catalogue() -> None:
    content = canonical(SOUND_PAGES)
    again = from_canonical(content)
    assert canonical(again) == content
    assert build(again) == build(SOUND_PAGES)


# --- bounds of quality ----------------------------------------------------------------------------

BOUNDS = {
    "no measure": ("POPULARITY", {}, "POPULARITY", Rule.UNKNOWN_VALUE),
    "above the whole": ("LATENESS", {"named_above": "1.5"}, "LATENESS.named_above", Rule.OUT_OF_RANGE),
    "below nought": ("COMPLIANCE", {"high_is_good": "true", "good": "0.9", "fair": "-0.1"}, "COMPLIANCE.fair",
                     Rule.OUT_OF_RANGE),
    "fair before good": ("LATENESS", {"good": "0.2"}, "LATENESS.good", Rule.OUT_OF_RANGE),
    "good below fair": ("COMPLIANCE", {"high_is_good": "true"}, "COMPLIANCE.good", Rule.OUT_OF_RANGE),
    "no basis": ("LATENESS", {"basis": "NOTHING"}, "LATENESS.basis", Rule.MISSING_BASIS),
}  # fmt: skip


@pytest.mark.parametrize(("name", "changes", "key", "rule"), BOUNDS.values(), ids=BOUNDS)
def test_unsound_bounds_of_quality_are_told(
    folder: Path, name: str, changes: dict[str, str], key: str, rule: Rule
) -> None:
    usual = {"basis": "LAW-A", "from": "2019-07-01", "looked_at": "2026-01-05", "certainty": "ILLUSTRATIVE"}
    bounds = usual | {"high_is_good": "false", "good": "0.01", "fair": "0.10"} | changes
    text = f"{name}:\n" + "".join(f"  {field}: {value}\n" for field, value in bounds.items())
    file = folder / "national" / "quality" / "bands.yaml"
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    assert [(fault.key, fault.rule) for fault in load_catalogue(folder)[1]] == [(key, rule)]


def test_a_bound_of_quality_is_in_force_within_its_days(folder: Path) -> None:
    text = (
        "LATENESS: {basis: LAW-A, from: 2020-01-01, until: 2021-01-01, looked_at: 2026-01-05,"
        " certainty: ILLUSTRATIVE, high_is_good: false, good: 0.01, fair: 0.10}\n"
    )
    file = folder / "national" / "quality" / "bands.yaml"
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    catalogue, faults = load_catalogue(folder)
    assert catalogue is not None, faults
    assert set(catalogue.quality_on(date(2020, 12, 31))) == {"LATENESS"}
    assert catalogue.quality_on(date(2021, 1, 1)) == {}
