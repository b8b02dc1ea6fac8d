"""Public keys as arguments of commands: of a log, and of the witnesses that a reader trusts."""

from pathlib import Path

import click

from xinshu.tlog.note import COSIGNATURE, ED25519, BadNote, VerifierKey, verifier_key


class PublicKey(click.ParamType[VerifierKey]):
    """A public key: of a log, or of a witness (`kind`, as tlog.note tells them)."""

    name = "key"

    def __init__(self, kind: int = ED25519) -> None:
        self.kind = kind

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> VerifierKey:
        """Out of its one line, or a file that holds it."""
        try:
            path = Path(value)
            found = verifier_key(path.read_text(encoding="utf-8").strip() if path.is_file() else value)
        except (BadNote, OSError, ValueError) as error:
            self.fail(f"不是公钥（名称+哈希+base64）。Not a public key: {error}", param, ctx)
        if found.kind != self.kind:
            zh, en = ("日志", "a log") if self.kind == ED25519 else ("见证方", "a witness")
            self.fail(f"这不是{zh}的公钥。This is not the key of {en}.", param, ctx)
        return found


KEY = click.option(
    "--key",
    type=PublicKey(),
    required=True,
    help="日志的公钥或其文件，须从可信处取得 The log's public key or a file of it, from somewhere you trust.",
)

WITNESSES = click.option(
    "--witness",
    "witnesses",
    type=PublicKey(COSIGNATURE),
    multiple=True,
    help="须有此见证方的联署；可重复 A witness whose cosignature must be there; may be given again.",
)
