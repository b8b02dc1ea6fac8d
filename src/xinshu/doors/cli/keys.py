"""The public key of a log, as the commands of those who check take it."""

from pathlib import Path

import click

from xinshu.tlog.note import BadNote, VerifierKey, verifier_key


class PublicKey(click.ParamType[VerifierKey]):
    """A public key of a log."""

    name = "key"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> VerifierKey:
        """Out of its one line, or a file that holds it."""
        try:
            path = Path(value)
            return verifier_key(path.read_text(encoding="utf-8").strip() if path.is_file() else value)
        except (BadNote, OSError, ValueError) as error:
            self.fail(f"不是公钥（名称+哈希+base64）。Not a public key: {error}", param, ctx)


KEY = click.option(
    "--key",
    type=PublicKey(),
    required=True,
    help="日志的公钥或其文件，须从可信处取得 The log's public key or a file of it, from somewhere you trust.",
)
