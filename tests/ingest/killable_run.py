"""A run in its own process, to be killed: `python -m tests.ingest.killable_run DSN N [AT]`.

It prints 0 at the start, and the number of records read after each transaction. With `AT` it kills
itself at that point of its second transaction.
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
from tests.ingest.made_up_source import SPEC, Row, build_input, build_row, read


def build_pages(count: int, size: int = 50) -> list[list[Row]]:
    """Return pages of records, some repeated and some with conflicting values on other pages."""
    rows: list[Row] = [build_row(n, str(n % 977)) for n in range(count)]
    rows += [
        build_row(n, str(n % 977)) if n % 2 else build_row(n, "13.25") for n in range(0, count, 7)
    ]
    rows += [build_row(f"bad{n}", area="ไม่มีที่นี้") for n in range(count // 20)]
    return [rows[at : at + size] for at in range(0, len(rows), size)]


async def run_ingest(dsn: str, count: int) -> None:
    """Ingest all pages; retry while the lock of a killed run is not yet released."""
    async with open_database(dsn, pool_size=2) as database:
        print(0, flush=True)  # noqa: T201
        while True:
            try:
                await ingest(
                    database,
                    SPEC,
                    read,
                    build_input(*build_pages(count)),
                    progress=lambda read_count, _: print(read_count, flush=True),  # noqa: T201
                )
            except Conflict:
                await asyncio.sleep(0.05)
            else:
                return


def kill_run_at(where: str) -> None:
    """Kill the process around the second checkpoint, before or after its commit."""
    save_checkpoint, transaction = IngestSession.checkpoint, IngestSession.transaction
    checkpoint_count = 0

    def kill_if_at(point: str) -> None:
        if checkpoint_count == 2 and point == where:
            os.kill(os.getpid(), signal.SIGKILL)

    async def checkpoint_with_kill(self: IngestSession, *arguments: Any) -> None:
        nonlocal checkpoint_count
        checkpoint_count += 1
        kill_if_at("before-checkpoint")
        await save_checkpoint(self, *arguments)
        kill_if_at("before-commit")

    @asynccontextmanager
    async def transaction_with_kill(self: IngestSession) -> AsyncIterator[None]:
        async with transaction(self):
            yield
        kill_if_at("after-commit")

    IngestSession.checkpoint = checkpoint_with_kill  # type: ignore[method-assign, assignment]
    IngestSession.transaction = transaction_with_kill  # type: ignore[method-assign]


if __name__ == "__main__":
    for where in sys.argv[3:]:
        kill_run_at(where)
    asyncio.run(run_ingest(sys.argv[1], int(sys.argv[2])))
