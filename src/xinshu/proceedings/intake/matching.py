"""Which body does a document mean? By code only (G24); a name that differs is held for the organ, never stored."""

from collections.abc import Callable, Mapping

import polars as pl

from xinshu.kit.moment import Moment
from xinshu.law.terms import SubjectKind
from xinshu.register.records.actions import Held
from xinshu.register.subjects.actions import Mention, lock_openings, open_shells
from xinshu.register.subjects.names import fold
from xinshu.register.subjects.queries import Known, known

NOT_OURS = (
    "处罚/许可机关代码或数据来源单位代码应为报送机关自身代码；请由作出决定或提供数据的机关报送。"
    " Neither the deciding organ nor the source is the sender; the organ that decided or keeps the data files the row."
)
SEVERAL_BODIES = (
    "该代码对应多个主体，不能确定是哪一个；请附可区分的代码或联系运营机构。"
    " This code names several bodies, and none is guessed; give a code that tells them apart, or ask the operator."
)
NAME_DIFFERS = (
    "行政相对人名称与该代码已登记的名称不一致；请核对名称和代码，确已更名的请联系运营机构。"
    " The name differs from the one held for this code; compare both, and ask the operator if the body was renamed."
)
TWO_NAMES = (
    "同一批次中该代码出现了不同名称；请核对后统一。 This batch gives two names for one code; compare them and send one."
)
HELD = {
    Held.TWICE_FOR_ONE_BODY: "同一主体的同一决定以两个代码报送；请只保留一行。"
    " One decision came twice for one body, under two of its codes; keep one row.",
    Held.DECIDED_AFTER_ARRIVAL: "更正后的决定日期晚于该信息首次报送之日；请核对日期，另一决定请用其自身文号报送。"
    " The corrected day of decision lies after the day on which this record first came in; check it, and file another"
    " decision under its own number.",
    Held.WOULD_LENGTHEN: "该更正会延长公示或使已停止公示的信息重新公示；须附依据、由第二人复核并告知主体后另行办理。"
    " The correction would show the record longer, or again; that needs a citation, a second person and a notice.",
    Held.WOULD_RAISE_CLASS: "该更正会提高失信严重程度；须附依据、由第二人复核并告知主体后另行办理。"
    " The correction would raise the class; that needs a citation, a second person and a notice to the subject.",
}


def match_bodies(documents: pl.DataFrame, *, sender: str, moment: Moment) -> tuple[pl.DataFrame, dict[int, list[str]]]:
    """Documents with the column `subject`, opening a shell for each new code; and the reasons of those held back."""
    reasons: dict[int, list[str]] = {}
    documents = _hold(documents, _not_ours(sender), NOT_OURS, reasons)
    documents = documents.with_columns(_folded().alias("folded"))
    several_names = pl.col("folded").n_unique().over("subject_code") > 1
    found = _known(documents["subject_code"].unique().to_list())
    documents = documents.with_columns(
        _by_code(found, lambda entry: len(entry.subjects)).alias("bodies"),
        pl.Series("same_name", _same_names(documents, found), pl.Boolean),
    )
    documents = _hold(documents, pl.col("bodies") > 1, SEVERAL_BODIES, reasons)
    documents = _hold(documents, ~pl.col("same_name"), NAME_DIFFERS, reasons)
    documents = _hold(documents, several_names & pl.col("bodies").is_null(), TWO_NAMES, reasons)
    references = {code: entry.subjects[0] for code, entry in found.items()}
    references |= open_shells(_mentions(documents.filter(pl.col("bodies").is_null())), moment=moment)
    subject = pl.col("subject_code").replace_strict(references, default=None, return_dtype=pl.Int64)
    return documents.with_columns(subject.alias("subject")).drop("folded", "bodies", "same_name"), reasons


def _known(codes: list[str]) -> dict[str, Known]:
    """What is known of these codes; where one is new, asked again when no other can open it meanwhile."""
    found = known(codes)
    if len(found) < len(codes):
        lock_openings()
        found = known(codes)
    return found


def held_sentences(held: Mapping[int, Held]) -> dict[int, list[str]]:
    """The reasons of documents that the records hold back."""
    return {index: [HELD[why]] for index, why in held.items()}


def _not_ours(sender: str) -> pl.Expr:
    decided = pl.col("organ_code") == sender
    sent = (pl.col("source_code") == sender).fill_null(value=False)
    return ~(decided | sent)


def _folded() -> pl.Expr:
    return pl.col("subject_name").map_elements(fold, return_dtype=pl.String)


def _by_code(found: dict[str, Known], value: Callable[[Known], int]) -> pl.Expr:
    values = {code: value(entry) for code, entry in found.items()}
    return pl.col("subject_code").replace_strict(values, default=None, return_dtype=pl.Int64)


def _same_names(documents: pl.DataFrame, found: dict[str, Known]) -> list[bool]:
    """Whether each document's name is a present one of its body; a body not known yet has none to differ from."""
    names = {code: {fold(name) for name in entry.names} for code, entry in found.items()}
    pairs = zip(documents["subject_code"], documents["folded"], strict=True)
    return [code not in names or not names[code] or name in names[code] for code, name in pairs]


def _hold(documents: pl.DataFrame, which: pl.Expr, why: str, reasons: dict[int, list[str]]) -> pl.DataFrame:
    """Set aside the documents for which the condition holds, with their reason."""
    marked = documents.with_columns(which.fill_null(value=False).alias("held"))
    for index in marked.filter("held")["index"]:
        reasons.setdefault(index, []).append(why)
    return marked.filter(~pl.col("held")).drop("held")


def _mentions(documents: pl.DataFrame) -> list[Mention]:
    first = documents.unique("subject_code", keep="first", maintain_order=True)
    rows = first.select("subject_code", "subject_scheme", "subject_name", "subject_kind").iter_rows()
    return [Mention(code, scheme, name, SubjectKind(kind)) for code, scheme, name, kind in rows]
