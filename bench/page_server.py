"""Serve generated budget records in pages, like the budget service: `… RECORDS PAGE_SIZE`.

The pages are built before the first request, so that serving costs next to nothing. Prints the
port, and serves until standard input ends.
"""

import asyncio
import json
import re
import sys

from hub.sandbox.records import GeneratedRecords

OFFSET_PATTERN = re.compile(rb"[?&]offset=(\d+)")
EMPTY = b'{"result": []}'


def build_pages(count: int, page_size: int) -> dict[int, bytes]:
    """Return each page by its offset."""
    generated = GeneratedRecords(count)
    return {
        offset: json.dumps(
            {
                "result": [
                    generated.budget(n) for n in range(offset, min(count, offset + page_size))
                ]
            },
            ensure_ascii=False,
        ).encode()
        for offset in range(0, count, page_size)
    }


class PageProtocol(asyncio.Protocol):
    """One HTTP connection, kept alive."""

    def __init__(self, pages: dict[int, bytes]) -> None:
        self.pages = pages
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        while b"\r\n\r\n" in self.received:
            head, _, self.received = self.received.partition(b"\r\n\r\n")
            match = OFFSET_PATTERN.search(head)
            body = self.pages.get(int(match[1]) if match else 0, EMPTY)
            self.transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                + str(len(body)).encode()
                + b"\r\n\r\n"
                + body
            )


async def serve(count: int, page_size: int) -> None:
    pages, loop = build_pages(count, page_size), asyncio.get_running_loop()
    server = await loop.create_server(lambda: PageProtocol(pages), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


RUN_BY = "ingest"

if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
