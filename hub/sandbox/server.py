"""Serving a local agency until Ctrl-C, and telling how to read it."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from hub.errors import Invalid
from hub.sandbox.agency import API_KEY, CLIENT_ID, CLIENT_SECRET, RESOURCE, USER_TOKEN, Agency
from hub.sandbox.endpoints import sandbox

TABLE: Final = "/catalog/api/3/action/datastore_search"


def serve(agency: Agency, port: int, say: Callable[[str], None]) -> None:
    """Serve on this machine only; `Invalid` where the port is taken."""
    try:
        listening = socket.create_server(("127.0.0.1", port))
    except (OSError, OverflowError) as taken:
        why = os.strerror(taken.errno) if isinstance(taken, OSError) and taken.errno else str(taken)
        raise Invalid(
            "--port",
            f"ใช้พอร์ต {port} ไม่ได้ ({why}) เลือกพอร์ตอื่น หรือ 0 ให้ระบบเลือก",
            f"port {port} cannot be used ({why}); choose another, or 0 for any free port",
        ) from None
    with listening:
        for line in told(agency, f"http://127.0.0.1:{listening.getsockname()[1]}"):
            say(line)
        config = uvicorn.Config(
            sandbox(agency),
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=2,
        )
        uvicorn.Server(config).run(sockets=[listening])


@contextmanager
def answering(app: ASGIApp) -> Iterator[str]:
    """The address of an application that answers on this machine, on a thread of its own."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=1,  # hanging answers are cut at the end
    )
    server = uvicorn.Server(config)
    running = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    running.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        running.join(10)
        listening.close()


def told(agency: Agency, address: str) -> list[str]:
    """Where the doors are, and what opens them."""
    return [
        f"หน่วยงานทดลอง · a local agency, {agency.data.count:,} ระเบียน · records per API",
        f"งบประมาณ · budget    {address}/budget/bbgfproject?user_token={USER_TOKEN}&offset=0",
        f"กระทรวง · ministry    {address}/ministry/projects",
        f"ท้องถิ่น · local       {address}/local/projects",
        f"สัญญา · contracts    {address}/contracts/cgdcontract  (api-key: {API_KEY})",
        f"คลังข้อมูล · catalogue {address}{TABLE}?resource_id={RESOURCE}",
        f"โทเค็น · token       {address}/token  ({CLIENT_ID} / {CLIENT_SECRET})",
        f"ยอดจริง · truth      {address}/truth",
        *(f"ความผิดปกติ · fault   {fault.name}" for fault in agency.faults),
        "หยุดด้วย Ctrl-C · Ctrl-C stops it",
    ]
