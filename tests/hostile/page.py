"""`docs/hostile-files.md`: the corpus in one page, written by `python -m tests.hostile.page`."""

from pathlib import Path
from typing import Final

from tests.hostile.corpus import CHAPTERS, CORPUS
from tests.hostile.making import Hostile

PLACE: Final = Path(__file__).resolve().parents[2] / "docs" / "hostile-files.md"
OPENING: Final = f"""# 不友善的文件 Hostile files

每个文件只有一处毛病，由 `tests/hostile/` 制作，经命令行、接口和工作台三个门各报送一次，事先在其中两个门试算：回执和退回原因必须完全相同，且
收到 = 收录 + 未变 + 更正 + 退回 + 不收录。本页由 `python -m tests.hostile.page` 写成，有测试核对。

{len(CORPUS)} files, each with one fault, made by `tests/hostile/` and filed through all three doors (command line, API, desk), tried at two of them before.
Each door must give the same receipt and the same reasons, and received = accepted + unchanged + corrected + returned +
outside, always. Every reason for a row and every refusal of a whole file is met (`tests/hostile/test_corpus.py`). This page
is written by `python -m tests.hostile.page`; a test holds it.
"""


def page() -> str:
    """The whole page."""
    parts = [OPENING]
    for title, files in CHAPTERS.items():
        parts.append(f"\n## {title}\n\n| file | its fault | what comes of it |\n|---|---|---|\n")
        parts += [f"| `{one.name}` | {_plain(one.fault)} | {_plain(_answer(one))} |\n" for one in files]
    return "".join(parts)


def _answer(hostile: Hostile) -> str:
    if hostile.refusal:
        return f"refused as a whole: “{hostile.refusal.split('|')[0]}”"
    counts = [f"{count} {name}" for name, count in hostile.counts.items() if count and name != "received"]
    more = [f"{count} {name}" for name, count in hostile.more.items() if name != "dropped_personal"]
    codes = sorted({f"`{code}`" for _, _, code in hostile.reasons})
    return ", ".join([*(counts or ["nothing in it"]), *more, *codes])


def _plain(text: str) -> str:
    return text.replace("\\", "").replace("|", "\\|")


if __name__ == "__main__":
    PLACE.write_text(page(), encoding="utf-8")
