"""Something between the hub and its database that can fall silent, or hang up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs, urlsplit


class Between:
    """A wire to the socket of a PostgreSQL; `dsn` leads over it."""

    def __init__(self, dsn: str) -> None:
        there = urlsplit(dsn)
        [folder] = parse_qs(there.query)["host"]
        self._socket = f"{folder}/.s.PGSQL.5432"
        self._name = there.path.lstrip("/")
        self._goes = asyncio.Event()
        self._goes.set()
        self._wires: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @property
    def dsn(self) -> str:
        assert self._server is not None
        port = self._server.sockets[0].getsockname()[1]
        return f"postgresql://hub@127.0.0.1:{port}/{self._name}"

    def hang(self) -> None:
        """Nothing comes through any more, and nobody is told."""
        self._goes.clear()

    def go(self) -> None:
        """What was held up comes through."""
        self._goes.set()

    async def _connected(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        await self._goes.wait()
        far, there = await asyncio.open_unix_connection(self._socket)
        for source, target in ((near, there), (far, back)):
            wire = asyncio.create_task(self._through(source, target))
            self._wires.add(wire)
            wire.add_done_callback(self._wires.discard)

    async def _through(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            try:
                while came := await source.read(65536):
                    await self._goes.wait()
                    target.write(came)
                    await target.drain()
            finally:
                target.close()
                await target.wait_closed()


@asynccontextmanager
async def between(dsn: str) -> AsyncIterator[Between]:
    """A wire that lies as long as the block lasts."""
    made = Between(dsn)
    made._server = await asyncio.start_server(made._connected, "127.0.0.1", 0)
    try:
        yield made
    finally:
        made.go()
        made._server.close()
        for wire in list(made._wires):
            wire.cancel()
        await asyncio.gather(*made._wires, return_exceptions=True)
