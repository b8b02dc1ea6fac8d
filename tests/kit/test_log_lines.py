"""The log tells where an error came from, and nothing that its text quotes."""

import logging
from io import StringIO

from xinshu.kit.log_lines import WithoutValues

SECRET = "11010519491231002X"


def test_no_text_of_an_error_is_logged() -> None:
    lines = StringIO()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(WithoutValues("%(levelname)s %(message)s"))
    logger = logging.Logger("test")
    logger.addHandler(handler)
    try:
        try:
            raise ValueError(f"Failing row contains ({SECRET})")
        except ValueError as error:
            raise KeyError(SECRET) from error
    except KeyError:
        logger.exception("a part was not stored")
    logged = lines.getvalue()
    assert SECRET not in logged
    assert "ERROR a part was not stored" in logged
    assert "builtins.ValueError" in logged
    assert logged.rstrip().endswith("builtins.KeyError")
    assert "test_no_text_of_an_error_is_logged" in logged
