"""The bare twin of the subject answer: FastAPI and asyncpg running the same SQL, with nothing else around it."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
from fastapi import FastAPI, Response

PLAN: dict[str, Any] = json.loads(Path(os.environ["XINSHU_BENCH_PLAN"]).read_text(encoding="utf-8"))
DAY = date.fromisoformat(PLAN["day"])


@asynccontextmanager
async def lifespan(application: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(**PLAN["database"], min_size=4, max_size=4) as pool:
        application.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/api/v1/subjects/{code}")
async def subject(code: str) -> Response:
    bodies = []
    async with app.state.pool.acquire() as connection:
        for row in await connection.fetch(PLAN["named_by"], code) or [(-1, None, None, None)]:
            records = await connection.fetchval(PLAN["shown"], row[0], DAY)
            if records != "[]":
                head = json.dumps({"code": row[2], "name": row[3], "kind": row[1]}, ensure_ascii=False)
                bodies.append(f'{head[:-1]},"records":{records}}}')
    answer = f'{{"code":"{code}","day":"{DAY}","bodies":[{",".join(bodies)}]}}'
    return Response(answer, media_type="application/json")
