"""Made-up budget records in pages of twenty, as the budget service serves them: `… RECORDS`.

The pages are made before the first question, so that answering costs whoever asks next to nothing.
Prints the port, and serves until its end of standard input.
"""

import asyncio
import json
import re
import sys

from hub.sandbox.records import Generated

STEP = 20
OFFSET = re.compile(rb"[?&]offset=(\d+)")
EMPTY = b'{"result": []}'


def pages(count: int) -> dict[int, bytes]:
    """Each page by its offset."""
    made = Generated(count)
    return {
        at: json.dumps(
            {"result": [made.budget(n) for n in range(at, min(count, at + STEP))]},
            ensure_ascii=False,
        ).encode()
        for at in range(0, count, STEP)
    }


class Answering(asyncio.Protocol):
    """One connection, kept alive."""

    def __init__(self, held: dict[int, bytes]) -> None:
        self.held = held
        self.come = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.come += data
        while b"\r\n\r\n" in self.come:
            head, _, self.come = self.come.partition(b"\r\n\r\n")
            asked = OFFSET.search(head)
            body = self.held.get(int(asked[1]) if asked else 0, EMPTY)
            self.transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                + str(len(body)).encode()
                + b"\r\n\r\n"
                + body
            )


async def serve(count: int) -> None:
    held, loop = pages(count), asyncio.get_running_loop()
    server = await loop.create_server(lambda: Answering(held), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
