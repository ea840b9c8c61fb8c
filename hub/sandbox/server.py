"""Serve a local agency until Ctrl-C, and describe its endpoints."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from hub.errors import Invalid
from hub.sandbox.agency import (
    API_KEY,
    CLIENT_ID,
    CLIENT_SECRET,
    RESOURCE,
    USER_TOKEN,
    SandboxAgency,
)
from hub.sandbox.endpoints import create_sandbox

TABLE_PATH: Final = "/catalog/api/3/action/datastore_search"


def serve_sandbox(agency: SandboxAgency, port: int, report: Callable[[str], None]) -> None:
    """Serve on the loopback address; `Invalid` if the port cannot be used."""
    try:
        listener = socket.create_server(("127.0.0.1", port))
    except (OSError, OverflowError) as error:
        reason = (
            os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        )
        raise Invalid(
            "--port",
            f"ใช้พอร์ต {port} ไม่ได้ ({reason}) เลือกพอร์ตอื่น หรือ 0 ให้ระบบเลือก",
            f"port {port} cannot be used ({reason}); choose another, or 0 for any free port",
        ) from None
    with listener:
        for line in describe_endpoints(agency, f"http://127.0.0.1:{listener.getsockname()[1]}"):
            report(line)
        config = uvicorn.Config(
            create_sandbox(agency),
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=2,
        )
        uvicorn.Server(config).run(sockets=[listener])


@contextmanager
def serve_in_thread(app: ASGIApp) -> Iterator[str]:
    """Serve an application on the loopback address, in a thread; yield its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=1,  # unfinished responses are cancelled
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


def describe_endpoints(agency: SandboxAgency, address: str) -> list[str]:
    """Return one line per endpoint, with its address and credentials."""
    return [
        f"หน่วยงานทดลอง · a local agency, {agency.data.count:,} ระเบียน · records per API",
        f"งบประมาณ · budget    {address}/budget/bbgfproject?user_token={USER_TOKEN}&offset=0",
        f"กระทรวง · ministry    {address}/ministry/projects",
        f"ท้องถิ่น · local       {address}/local/projects",
        f"สัญญา · contracts    {address}/contracts/cgdcontract  (api-key: {API_KEY})",
        f"คลังข้อมูล · catalogue {address}{TABLE_PATH}?resource_id={RESOURCE}",
        f"โทเค็น · token       {address}/token  ({CLIENT_ID} / {CLIENT_SECRET})",
        f"ยอดจริง · truth      {address}/truth",
        *(f"ความผิดปกติ · fault   {fault.name}" for fault in agency.faults),
        "หยุดด้วย Ctrl-C · Ctrl-C stops it",
    ]
