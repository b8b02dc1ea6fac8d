"""Slips as clerks make them: each spoils one row of a penalty file, so that some rows go back with their reasons."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from xinshu.doors.cli.country.rows import Row
from xinshu.kit.identifier_schemes import USCC_ALPHABET


def _no_number(_row: Row, _arrival: date) -> Row:
    return {"CF_WSH": None}


def _no_such_day(row: Row, _arrival: date) -> Row:
    return {"CF_JDRQ": f"{_decided_on(row).year}-02-30", "SERVED_ON": None}


def _not_yet_decided(_row: Row, arrival: date) -> Row:
    return {"CF_JDRQ": arrival + timedelta(days=30), "SERVED_ON": None}


def _unknown_penalty(_row: Row, _arrival: date) -> Row:
    return {"CF_CFLB": "从重处理"}


def _no_fine(_row: Row, _arrival: date) -> Row:
    return {"CF_CFLB": "罚款", "CF_NR_FK": None}


def _wrong_check(row: Row, _arrival: date) -> Row:
    code = str(row["CF_XDR_SHXYM"])
    return {"CF_XDR_SHXYM": code[:-1] + USCC_ALPHABET[USCC_ALPHABET.index(code[-1]) - 1]}


def _served_too_early(row: Row, _arrival: date) -> Row:
    return {"SERVED_ON": _decided_on(row) - timedelta(days=12)}


def _decided_on(row: Row) -> date:
    day = row["CF_JDRQ"]
    if not isinstance(day, date):
        raise TypeError(f"spoilt already: {day}")
    return day


SLIPS: Final[tuple[Callable[[Row, date], Row], ...]] = (
    _wrong_check,
    _no_number,
    _no_such_day,
    _unknown_penalty,
    _no_fine,
    _not_yet_decided,
    _served_too_early,
)


def spoilt(row: Row, turn: int, *, arrival: date) -> Row:
    """The row of a body that has a code, with one slip; the slips take turns."""
    return row | SLIPS[turn % len(SLIPS)](row, arrival)
