"""A TCP proxy between the hub and PostgreSQL that can stop forwarding."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs, urlsplit


class DatabaseProxy:
    """A proxy to the Unix socket of a PostgreSQL server; `dsn` connects through it."""

    def __init__(self, dsn: str) -> None:
        address = urlsplit(dsn)
        [folder] = parse_qs(address.query)["host"]
        self._socket = f"{folder}/.s.PGSQL.5432"
        self._name = address.path.lstrip("/")
        self._is_open = asyncio.Event()
        self._is_open.set()
        self._copy_tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @property
    def dsn(self) -> str:
        assert self._server is not None
        port = self._server.sockets[0].getsockname()[1]
        return f"postgresql://hub@127.0.0.1:{port}/{self._name}"

    def pause(self) -> None:
        """Stop forwarding, without closing the connections."""
        self._is_open.clear()

    def resume(self) -> None:
        """Forward again, including the data that waited."""
        self._is_open.set()

    async def _handle_connection(
        self, client_reader: asyncio.StreamReader, client_writer: asyncio.StreamWriter
    ) -> None:
        await self._is_open.wait()
        server_reader, server_writer = await asyncio.open_unix_connection(self._socket)
        for source, target in ((client_reader, server_writer), (server_reader, client_writer)):
            task = asyncio.create_task(self._copy(source, target))
            self._copy_tasks.add(task)
            task.add_done_callback(self._copy_tasks.discard)

    async def _copy(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            try:
                while data := await source.read(65536):
                    await self._is_open.wait()
                    target.write(data)
                    await target.drain()
            finally:
                target.close()
                await target.wait_closed()


@asynccontextmanager
async def run_database_proxy(dsn: str) -> AsyncIterator[DatabaseProxy]:
    """Run a proxy to a database during the block."""
    proxy = DatabaseProxy(dsn)
    proxy._server = await asyncio.start_server(proxy._handle_connection, "127.0.0.1", 0)
    try:
        yield proxy
    finally:
        proxy.resume()
        proxy._server.close()
        for task in list(proxy._copy_tasks):
            task.cancel()
        await asyncio.gather(*proxy._copy_tasks, return_exceptions=True)
