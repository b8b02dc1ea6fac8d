"""`xinshu code check`: one JSON object a line for each code."""

import sys
from collections.abc import Iterable

import click
import orjson

from xinshu.kit.identifiers import CodeCheck, check_code


@click.group()
def code() -> None:
    """校验代码 Check identifiers.

    例 Example: xinshu code check 919999990000002110
    """


@code.command()
@click.argument("codes", nargs=-1)
def check(codes: tuple[str, ...]) -> None:
    """校验统一社会信用代码等 Check codes given as arguments, or as lines on standard input.

    每行输出一个JSON对象；有无效代码时退出码为1。Prints one JSON object a line: code, valid, scheme, reasons,
    warnings. Exit status 1 if any is invalid.

    \b
    例 Examples:
      xinshu code check 919999990000002110 51999999TE5T00008K
      xinshu code check < codes.txt
    """
    given: Iterable[str] = codes or (line.rstrip("\r\n") for line in sys.stdin)
    all_valid = True
    for raw in given:
        if not raw.strip() and not codes:
            continue
        answer = check_code(raw)
        all_valid = all_valid and answer.valid
        sys.stdout.write(_line(answer))
    sys.exit(0 if all_valid else 1)


def _line(answer: CodeCheck) -> str:
    said = {
        "code": answer.code,
        "valid": answer.valid,
        "scheme": answer.scheme,
        "reasons": answer.reasons,
        "warnings": answer.warnings,
    }
    return orjson.dumps(said, option=orjson.OPT_APPEND_NEWLINE).decode()
