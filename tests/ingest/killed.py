"""A run in a process of its own, to be killed: `python -m tests.ingest.killed DSN RECORDS`.

It says a line after each page.
"""

import asyncio
import sys

from hub.errors import Conflict
from hub.ingest.run import ingest
from hub.store.engine import opened
from tests.ingest.made import SPEC, Row, given, read, row


def pages(count: int, size: int = 50) -> list[list[Row]]:
    """Records with repetitions and contradictions across pages."""
    rows: list[Row] = [row(n, str(n % 977)) for n in range(count)]
    rows += [row(n, str(n % 977)) if n % 2 else row(n, "13.25") for n in range(0, count, 7)]
    rows += [row(f"bad{n}", area="ไม่มีที่นี้") for n in range(count // 20)]
    return [rows[at : at + size] for at in range(0, len(rows), size)]


async def run(dsn: str, count: int) -> None:
    """Take everything in; a killed run's lock may take a moment to fall."""
    async with opened(dsn, pool_size=2) as database:
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


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], int(sys.argv[2])))
