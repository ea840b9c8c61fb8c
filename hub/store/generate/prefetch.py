"""Draw chunks on a connection of their own while the previous chunk is inserted.

Drawing costs half as much as inserting and needs no table of the hub, so a second core does it. The
drawn rows are copied in PostgreSQL's binary format from the temporary tables of one session to the
same tables of the other.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import suppress
from io import BytesIO
from typing import Final

import asyncpg

from hub.store.generate import draw

CHUNK_TABLES: Final = ("nation_project", "nation_line", "nation_record")
CLEAR_CHUNK: Final = f"truncate {', '.join(CHUNK_TABLES)}"
DrawnRows = Mapping[str, bytes]
"""The rows of a chunk by temporary table, in the binary format of COPY."""


async def draw_chunk(connection: asyncpg.Connection, chunk: range) -> DrawnRows:
    """Return the drawn rows of a chunk."""
    await connection.execute(draw.DRAW_PROJECTS, chunk.start, chunk.stop)
    await connection.execute(draw.DRAW_LINES)
    await connection.execute(draw.DRAW_RECORDS)
    drawn: dict[str, bytes] = {}
    for table in CHUNK_TABLES:
        output = BytesIO()
        await connection.copy_from_table(table, output=output, format="binary")
        drawn[table] = output.getvalue()
    await connection.execute(CLEAR_CHUNK)
    return drawn


async def prefetch_chunks(
    connection: asyncpg.Connection, chunks: Sequence[range]
) -> AsyncGenerator[DrawnRows]:
    """Yield the drawn rows of the chunks in order, drawing one chunk ahead."""
    drawing = asyncio.create_task(draw_chunk(connection, chunks[0]))
    try:
        for following in chunks[1:]:
            drawn = await drawing
            drawing = asyncio.create_task(draw_chunk(connection, following))
            yield drawn
        yield await drawing
    finally:
        drawing.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await drawing


async def copy_chunk(connection: asyncpg.Connection, drawn: DrawnRows) -> None:
    """Replace the rows of the chunk's temporary tables by drawn rows."""
    await connection.execute(CLEAR_CHUNK)
    for table, rows in drawn.items():
        await connection.copy_to_table(table, source=BytesIO(rows), format="binary")
