"""`xinshu log witness`: cosigns the checkpoints of logs, for a body that is independent of their operator."""

from functools import partial
from pathlib import Path

import click
from granian import Granian
from granian.constants import Interfaces

from xinshu.doors.cli.keys import PublicKey
from xinshu.doors.witness import Witness
from xinshu.doors.witness_key import witness_key
from xinshu.tlog.note import ED25519, VerifierKey, verifier_key

THREADS = 4


@click.command()
@click.option(
    "--key-file",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="见证方的密钥文件，没有则生成 The witness's own key; made when there is none.",
)
@click.option("--name", help="见证方的名称，首次生成密钥时必填 The witness's name; needed when the key is made.")
@click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="保存最后检查点的目录，不得恢复到旧状态 Keeps the last checkpoint of each log; never put it back.",
)
@click.option(
    "--log",
    "logs",
    type=PublicKey(ED25519),
    multiple=True,
    required=True,
    help="所见证日志的公钥；可重复 The key of a log to watch; may be given again.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址 Address to listen on.")
@click.option("--port", default=8010, show_default=True, type=click.IntRange(1, 65535), help="端口 Port.")
def witness(key_file: Path, name: str | None, state: Path, logs: tuple[VerifierKey, ...], host: str, port: int) -> None:
    """见证透明日志 Cosign the checkpoints of logs that only ever grow (C2SP tlog-witness); needs no database.

    例 Example: xinshu log witness --key-file w1.key --name witness.example/w1 --state seen --log log.key
    """
    public = witness_key(key_file, name).public
    click.echo(f"见证方公钥 The witness's public key: {public}")
    click.echo(f"监听 Listening: http://{host}:{port}/add-checkpoint  （Ctrl-C 停止 to stop）")
    Granian(
        "witness",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        log_access=False,
        websockets=False,
    ).serve(target_loader=partial(load, key_file, state, tuple(map(str, logs))), wrap_loader=False)


def load(key_file: Path, state: Path, logs: tuple[str, ...]) -> Witness:
    """The application, made within the process that serves it."""
    return Witness(witness_key(key_file, None), state, [verifier_key(each) for each in logs])
