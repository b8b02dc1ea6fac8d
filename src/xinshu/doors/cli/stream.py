"""`xinshu stream`: serves the feed as server-sent events, in a process of its own."""

import signal

import click
from granian import Granian
from granian.constants import Interfaces

from xinshu.doors.cli.store import store
from xinshu.doors.cli.worker import leave
from xinshu.doors.stream import PATH
from xinshu.kit.clock import now


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址 Address to listen on.")
@click.option("--port", default=8001, show_default=True, type=click.IntRange(1, 65535), help="端口 Port.")
def stream(host: str, port: int) -> None:
    """推送变更流 Send the feed as server-sent events: what began, changed and ended, without content.

    只读日志各表，不含内容，无须令牌；反向代理可将其置于门户之下。It reads the log's tables only; no token is needed.

    例 Example: xinshu stream --port 8001, then: curl -N 'http://127.0.0.1:8001/changes/stream?after=0'
    """
    signal.signal(signal.SIGTERM, leave)
    with store(now()):
        click.echo(f"变更流 Stream: http://{host}:{port}{PATH}  （Ctrl-C 停止 to stop）")
        Granian(
            "xinshu.project.stream:application",
            address=host,
            port=port,
            interface=Interfaces.ASGI,
            workers=1,
            log_access=False,
            websockets=False,
        ).serve()
