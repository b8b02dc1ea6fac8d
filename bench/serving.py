"""A house for benchmarks: sets the store up, says “ready”, and keeps the server running until it is told to end."""

import sys

import django


def main() -> None:
    django.setup()
    from bench.made_up import MARKET, NOON  # noqa: PLC0415 - Django is ready only now
    from xinshu.doors.cli.store import store  # noqa: PLC0415
    from xinshu.register.access.actions import register_organs  # noqa: PLC0415

    with store(NOON, setting_up=True):
        register_organs([MARKET], actor="bench", moment=NOON)
        print("ready", flush=True)
        sys.stdin.readline()


if __name__ == "__main__":
    main()
