"""One load in a process of its own: `python -m bench.loading FILE` takes a file in and prints seconds and peak memory.

Its environment names the data folder of a server that runs already.
"""

import json
import os
import sys
import time
from pathlib import Path

import django


def main() -> None:
    django.setup()
    from bench.made_up import MARKET, NOON  # noqa: PLC0415 - Django is ready only now
    from xinshu.proceedings.intake.actions import receive  # noqa: PLC0415
    from xinshu.proceedings.intake.states import Door  # noqa: PLC0415

    begun = time.perf_counter()
    receipt = receive(
        path=Path(sys.argv[1]),
        organ_code=MARKET.code,
        kind="ADMIN_PENALTY",
        door=Door.CLI,
        actor="bench",
        moment=NOON,
        first_time="--first-load" in sys.argv,
        progress=lambda step: print(step, file=sys.stderr) if os.environ.get("BENCH_TALK") else None,
    )
    seconds = time.perf_counter() - begun
    assert receipt.accepted == receipt.received > 0, receipt
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
    print(json.dumps({"rows": receipt.received, "seconds": seconds, "peak_mib": peak}))


if __name__ == "__main__":
    main()
