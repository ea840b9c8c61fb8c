"""Run a hub in a thread, on a real port."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import httpx2

from hub.bootstrap.serving import HubApplication
from hub.settings import Settings
from hub.web.server import HubServer

READY_WITHIN: Final = 60.0
"""Maximum seconds until the hub is ready, on a slow machine; the database already exists."""


@contextmanager
def hub_in_thread(settings: Settings, port: int = 0) -> Iterator[str]:
    """Serve a hub during the block; yield its address once it is ready."""
    app = HubApplication(settings, lambda _: None)
    running = HubServer(app, app.close)
    running.config.port = port
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    try:
        yield address_when_ready(running)
    finally:
        running.should_exit = True
        thread.join(30)


def address_when_ready(running: HubServer) -> str:
    """Wait until the server is ready and return its address."""
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until:
        if running.started:
            address = f"http://127.0.0.1:{running.servers[0].sockets[0].getsockname()[1]}"
            if httpx2.get(f"{address}/readyz").status_code == 200:
                return address
        time.sleep(0.02)
    raise AssertionError("the hub did not start")
