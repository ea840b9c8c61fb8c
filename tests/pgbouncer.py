"""Run PgBouncer before the PostgreSQL server of the tests."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

import pytest

from hub.store.embedded.server import EmbeddedServer

PROGRAM: Final = shutil.which("pgbouncer", path=f"{os.defpath}:/usr/sbin:/usr/local/sbin")
needs_pgbouncer: Final = pytest.mark.skipif(PROGRAM is None, reason="no pgbouncer: make browser")
CONFIGURATION: Final = """
[databases]
* = host={socket_folder} port=5432 user=hub
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {pool_mode}
"""
HUB_PARAMETERS: Final = "extra_float_digits,statement_timeout,idle_in_transaction_session_timeout"
"""Parameters of the hub's sessions that operators let a pooler ignore."""


@contextmanager
def run_pgbouncer(
    server: EmbeddedServer, pool_mode: str = "transaction", *, port: int = 0, **settings: object
) -> Iterator[int]:
    """Yield the port of a pooler for every database of a server; `settings` are PgBouncer's own.

    `port` 0: a free one.
    """
    assert PROGRAM is not None
    [socket_folder] = parse_qs(urlsplit(server.dsn).query)["host"]
    owner = Path(socket_folder).stat() if os.geteuid() == 0 else None  # it does not run as root
    port = port or find_free_port()
    with tempfile.TemporaryDirectory(prefix="pgbouncer-") as folder:
        path = Path(folder, "pgbouncer.ini")
        text = CONFIGURATION.format(socket_folder=socket_folder, port=port, pool_mode=pool_mode)
        path.write_text(text + "".join(f"{k} = {v}\n" for k, v in settings.items()), "utf-8")
        Path(folder).chmod(0o711)
        log = Path(folder, "log")
        with log.open("wb") as output:
            process = subprocess.Popen(
                [PROGRAM, str(path)],
                stdout=output,
                stderr=output,
                user=owner and owner.st_uid,
                group=owner and owner.st_gid,
                extra_groups=[] if owner else None,
            )
        try:
            wait_until_listening(process, port, log)
            yield port
        finally:
            process.kill()
            process.wait()


def pooler_dsn(port: int, database_dsn: str) -> str:
    """Return the DSN of a database of the server, through the pooler at a port."""
    name = urlsplit(database_dsn).path.removeprefix("/")
    return f"postgresql://hub@127.0.0.1:{port}/{name}"


def find_free_port() -> int:
    """Return a port of this machine that nothing uses now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


def wait_until_listening(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until the pooler accepts connections; fail with its log if it ends instead."""
    for _ in range(1500):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert process.poll() is None, log.read_text("utf-8", "replace")
            time.sleep(0.02)
        else:
            return
    pytest.fail("pgbouncer does not listen")
