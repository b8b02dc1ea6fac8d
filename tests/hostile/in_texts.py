"""Hostile CSV: encodings with damage, and forms that no two programs read alike."""

from tests.hostile.making import Hostile, Sender, as_csv, cells, csv_of

BROKEN = "BROKEN_BYTES"
NUMBER = "CF_WSH"


def _cut_character(s: Sender) -> bytes:
    """The second row has two thirds of a character in its facts."""
    content = csv_of(s.row(1), s.row(2), s.row(3))
    place = content.index(s.number(2).encode())
    place = content.index("产地".encode(), place)
    return content[: place + 2] + content[place + 3 :]


def _gbk_damaged(s: Sender) -> bytes:
    content = csv_of(s.row(1), s.row(2), encoding="gbk")
    place = content.index("产地".encode("gbk"), content.index(s.number(2).encode("gbk")))
    return content[:place] + b"\xff" + content[place + 1 :]


def _mixed(s: Sender) -> bytes:
    """A file of UTF-8 to which a second system added rows in GB18030."""
    first, second = csv_of(*(s.row(place) for place in range(1, 61))), csv_of(s.row(61), encoding="gb18030")
    return first + second[second.index(b"\r\n") + 2 :]


def _traditional(s: Sender) -> bytes:
    """Big5 has no simplified characters: the template's headers are known in their own script only."""
    return as_csv([["統一社會信用代碼", "行政處罰決定書文號"], [s.code, "示市監罰〔2026〕1號"]], encoding="cp950")


def _quote_inside(s: Sender) -> bytes:
    return csv_of(s.row(1, facts="违反“三同时”QQ制度。")).replace(b"QQ", b'"')


def _ragged(s: Sender) -> bytes:
    """The second row ends after its name: all that it must say is missing."""
    short = ["云汀示例商贸有限公司"]
    return as_csv([*cells([s.row(1)]), short])


def _without(header: str, s: Sender) -> bytes:
    lines = cells([s.row(1)])
    place = lines[0].index(header)
    return as_csv([[cell for at, cell in enumerate(line) if at != place] for line in lines])


MISSING = tuple(
    (3, field, "MISSING")
    for field in (
        *("CF_CFJG", "CF_CFJGDM", "CF_CFLB", "CF_JDRQ", "CF_NR", "CF_SJLY", "CF_SJLYDM", "CF_SY", "CF_WFXW"),
        *("CF_WSH", "CF_XDR_LB", "CF_XDR_SHXYM", "CF_YJ"),
    )
)

ENCODINGS = (
    Hostile(name="utf8.csv", fault="none: UTF-8", make=lambda s: csv_of(s.row()), accepted=1),
    Hostile(
        name="utf8-mark.csv", fault="a mark (BOM)", make=lambda s: csv_of(s.row(), encoding="utf-8-sig"), accepted=1
    ),
    Hostile(
        name="two-marks.csv",
        fault="the mark stands twice",
        make=lambda s: b"\xef\xbb\xbf" + csv_of(s.row(), encoding="utf-8-sig"),
        accepted=1,
    ),
    Hostile(name="gb18030.csv", fault="GB18030", make=lambda s: csv_of(s.row(), encoding="gb18030"), accepted=1),
    Hostile(
        name="utf16-le.csv",
        fault="UTF-16, little end first",
        make=lambda s: b"\xff\xfe" + csv_of(s.row(), encoding="utf-16-le"),
        accepted=1,
    ),
    Hostile(
        name="utf16-be.csv",
        fault="UTF-16, big end first",
        make=lambda s: b"\xfe\xff" + csv_of(s.row(), encoding="utf-16-be"),
        accepted=1,
    ),
    Hostile(
        name="utf16-without-mark.csv",
        fault="UTF-16 without its mark",
        make=lambda s: csv_of(s.row(), encoding="utf-16-le"),
        refusal="holds a NUL byte",
    ),
    Hostile(
        name="utf32.csv",
        fault="UTF-32, whose mark begins like that of UTF-16",
        make=lambda s: csv_of(s.row(), encoding="utf-32"),
        refusal="Line 1 holds a NUL byte",
    ),
    Hostile(
        name="cut-character.csv",
        fault="two thirds of a character in row 3 (UTF-8)",
        make=_cut_character,
        accepted=2,
        reasons=((3, NUMBER, BROKEN), (3, "CF_SY", "CONTROL_CHARACTER")),
    ),
    Hostile(
        name="cut-at-the-end.csv",
        fault="the last character is cut in half",
        make=lambda s: csv_of(s.row(1), s.row(2, reason="示例")).removesuffix(b"\r\n")[:-1],
        accepted=1,
        reasons=((3, NUMBER, BROKEN), (3, "PUBLICITY_REASON", "CONTROL_CHARACTER")),
    ),
    Hostile(
        name="gbk-damaged.csv",
        fault="a byte that means nothing in GBK, in row 3",
        make=_gbk_damaged,
        accepted=1,
        reasons=((3, NUMBER, BROKEN), (3, "CF_SY", "CONTROL_CHARACTER")),
    ),
    Hostile(
        name="big5.csv",
        fault="traditional characters in Big5: no header of the template",
        make=_traditional,
        refusal="no known field: the header row may be missing",
    ),
    Hostile(
        name="no-text.csv",
        fault="bytes of no encoding",
        make=lambda s: b"\xff" * 500 + csv_of(s.row()),
        refusal="neither as UTF-8 nor as GB18030 or Big5",
    ),
    Hostile(
        name="nul.csv",
        fault="a NUL byte in row 2",
        make=lambda s: csv_of(s.row(facts="违法QQ事实。")).replace(b"QQ", b"\0"),
        refusal="Line 2 holds a NUL byte",
    ),
)

FORMS = (
    Hostile(
        name="semicolons.csv",
        fault="semicolons between the cells",
        make=lambda s: csv_of(s.row(), delimiter=";"),
        accepted=1,
    ),
    Hostile(
        name="tabs.txt", fault="tabs between the cells", make=lambda s: csv_of(s.row(), delimiter="\t"), accepted=1
    ),
    Hostile(
        name="old-line-ends.csv",
        fault="carriage returns alone end the rows",
        make=lambda s: csv_of(s.row(1), s.row(2)).replace(b"\r\n", b"\r"),
        accepted=2,
    ),
    Hostile(
        name="blank-lines.csv",
        fault="blank lines above, between and below",
        make=lambda s: b"\r\n\r\n" + csv_of(s.row(1), s.row(2)).replace(b"\r\n", b"\r\n\r\n") + b" \r\n,,\r\n",
        accepted=2,
    ),
    Hostile(
        name="empty.csv",
        fault="nothing",
        make=lambda s: b"",
        refusal="is empty: there is no header|must not be empty",
        own_words=True,
    ),
    Hostile(name="blank.csv", fault="blanks only", make=lambda s: b" \r\n\r\n", refusal="is empty: there is no header"),
    Hostile(
        name="reasons-only.csv",
        fault="the column of reasons of an earlier return, and no other",
        make=lambda s: as_csv([["退回原因 / Reasons"], ["未填写。"]]),
        refusal="is empty: there is no header",
    ),
    Hostile(name="header-only.csv", fault="a header and no record", make=lambda s: csv_of()),
    Hostile(
        name="ragged.csv",
        fault="row 3 has one cell only",
        make=_ragged,
        accepted=1,
        reasons=MISSING,
    ),
    Hostile(
        name="too-many-cells.csv",
        fault="row 3 has a cell more than the header",
        make=lambda s: as_csv([*cells([s.row(1)]), [*cells([s.row(2)])[1], "多", "余"]]),
        refusal=r"Row 3 has 31 cells, the header only 29",
    ),
    Hostile(
        name="unclosed-quote.csv",
        fault="a quotation mark that nobody closes",
        make=lambda s: csv_of(s.row(1), s.row(2)) + b'"' + csv_of(s.row(3)),
        refusal="From row 4 on the quotation marks do not pair",
    ),
    Hostile(name="quote-inside.csv", fault="a quotation mark in the middle of a cell", make=_quote_inside, accepted=1),
    Hostile(
        name="line-break-inside.csv",
        fault="a line break inside a quoted cell; rows count as a spreadsheet counts",
        make=lambda s: csv_of(s.row(1, facts="第一。\n第二。"), s.row(2, decided_on="2026-13-01")),
        accepted=1,
        reasons=((3, "CF_JDRQ", "NOT_A_DATE"),),
    ),
    Hostile(
        name="a-million-characters.csv",
        fault="one cell of a million characters",
        make=lambda s: csv_of(s.row(1), s.row(2, facts="违" * 1_000_000)),
        accepted=1,
        reasons=((3, "CF_SY", "TOO_LONG"),),
    ),
    Hostile(
        name="header-twice.csv",
        fault="one header stands twice",
        make=lambda s: as_csv([[*line, line[0]] for line in cells([s.row()])]),
        refusal="stands twice",
    ),
    Hostile(
        name="two-spellings.csv",
        fault="two headers for one field",
        make=lambda s: as_csv([[*cells([])[0], "文号"], [*cells([s.row()])[1], s.number(1)]]),
        refusal="stands for the same field as another column",
    ),
    Hostile(
        name="separator-in-header.csv",
        fault="a header with a comma in it, quoted",
        make=lambda s: csv_of(s.row()).replace("行政处罚决定书文号".encode(), '"文,号"'.encode()),
        accepted=1,
    ),
    Hostile(
        name="separator-line.csv",
        fault="a first line sep=; as spreadsheets write it",
        make=lambda s: b"sep=;\r\n" + csv_of(s.row(), delimiter=";"),
        accepted=1,
    ),
    Hostile(
        name="no-header.csv",
        fault="the header row is missing",
        make=lambda s: csv_of(s.row(1), s.row(2)).split(b"\r\n", 1)[1],
        refusal="no known field: the header row may be missing|stands twice",
    ),
    Hostile(
        name="cell-without-header.csv",
        fault="a column with cells and no header",
        make=lambda s: as_csv([[*cells([])[0], ""], [*cells([s.row()])[1], "多"]]),
        refusal="Column 30 has cells but no header",
    ),
    Hostile(
        name="control-in-header.csv",
        fault="a control character in a header",
        make=lambda s: csv_of(s.row()).replace("备注".encode(), "备\x1f注".encode()),
        refusal="The header of column 24 holds invisible control characters",
    ),
    Hostile(
        name="too-wide.csv",
        fault="a hundred and one columns",
        make=lambda s: as_csv([[f"列{place}" for place in range(101)]]),
        refusal="101 columns; at most 100",
    ),
    Hostile(
        name="mixed-encodings.csv",
        fault="rows of a second system in another encoding",
        make=_mixed,
        accepted=60,
        reasons=tuple(
            (62, field, code)
            for field, code in (
                *((field, "CONTROL_CHARACTER") for field in ("CF_CFJG", "CF_CFLB", "CF_FRDB", "CF_NR", "CF_SJLY")),
                *((field, "CONTROL_CHARACTER") for field in ("CF_SY", "CF_WFXW", "CF_WSH", "CF_XDR_LB", "CF_XDR_MC")),
                *((field, "CONTROL_CHARACTER") for field in ("CF_YJ", "PROCEDURE", "SEVERITY")),
                *((field, "UNKNOWN_CHOICE") for field in ("CF_CFLB", "CF_XDR_LB", "PROCEDURE", "SEVERITY")),
                ("CF_WSH", BROKEN),
            )
        ),
    ),
    Hostile(
        name="missing-column.csv",
        fault="a mandatory field has no column",
        make=lambda s: _without("违法事实", s),
        refusal=r"the mandatory field “Facts” \(CF_SY\) has no column",
    ),
)
