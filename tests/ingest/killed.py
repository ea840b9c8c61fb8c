"""A run in a process of its own, to be killed: `python -m tests.ingest.killed DSN RECORDS [AT]`.

It says 0 when it begins, and after each transaction how many records have been read. `AT`: it
kills itself there, in its second transaction.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from hub.errors import Conflict
from hub.ingest.run import ingest
from hub.store.database import open_database
from hub.store.ingest.session import IngestSession
from tests.ingest.made import SPEC, Row, given, read, row


def pages(count: int, size: int = 50) -> list[list[Row]]:
    """Records with repetitions and contradictions across pages."""
    rows: list[Row] = [row(n, str(n % 977)) for n in range(count)]
    rows += [row(n, str(n % 977)) if n % 2 else row(n, "13.25") for n in range(0, count, 7)]
    rows += [row(f"bad{n}", area="ไม่มีที่นี้") for n in range(count // 20)]
    return [rows[at : at + size] for at in range(0, len(rows), size)]


async def run(dsn: str, count: int) -> None:
    """Take everything in; a killed run's lock may take a moment to fall."""
    async with open_database(dsn, pool_size=2) as database:
        print(0, flush=True)  # noqa: T201
        while True:
            try:
                await ingest(
                    database,
                    SPEC,
                    read,
                    given(*pages(count)),
                    progress=lambda told, _: print(told, flush=True),  # noqa: T201
                )
            except Conflict:
                await asyncio.sleep(0.05)
            else:
                return


def kill_at(where: str) -> None:
    """Die after the rows of the second transaction, before or after its commit."""
    checkpoint, page = IngestSession.checkpoint, IngestSession.transaction
    written = 0

    def die(here: str) -> None:
        if written == 2 and here == where:
            os.kill(os.getpid(), signal.SIGKILL)

    async def dying(self: IngestSession, *told: Any) -> None:
        nonlocal written
        written += 1
        die("before-checkpoint")
        await checkpoint(self, *told)
        die("before-commit")

    @asynccontextmanager
    async def committed(self: IngestSession) -> AsyncIterator[None]:
        async with page(self):
            yield
        die("after-commit")

    IngestSession.checkpoint = dying  # type: ignore[method-assign, assignment]
    IngestSession.transaction = committed  # type: ignore[method-assign]


if __name__ == "__main__":
    for where in sys.argv[3:]:
        kill_at(where)
    asyncio.run(run(sys.argv[1], int(sys.argv[2])))
