"""Processes attached to the embedded server of a data folder; the last one to detach stops it.

A process is attached while it holds the lock on its file in `hubs/`: a lock ends with its process,
a pid written in a file does not. A killed process cannot stop the server, so a small watcher waits
on those locks. The watcher is this file run as a script: it imports nothing of the hub, so it stays
small and works whatever the hub's path is.
"""

import contextlib
import fcntl
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

LOCK_FILE_NAME = "hub-database.lock"  # also marks a folder as a data folder of the hub
SERVER_TIMEOUT = 60  # seconds for the server to be ready, or to stop
# Seconds for a fast shutdown: asked to stop during crash recovery, PostgreSQL 18 may never do so.
# An immediate shutdown is safe too, as the next start recovers; `docker stop` waits ten seconds.
GRACEFUL_STOP_TIMEOUT = 8


@contextlib.contextmanager
def exclusive_lock(home: Path, *, create: bool = False) -> Iterator[None]:
    """Prevent all other hub processes from starting or stopping the server during the block.

    Only a start creates the file: otherwise a watcher would recreate it in a folder being deleted.
    """
    with (home / LOCK_FILE_NAME).open("a" if create else "r") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def attach(home: Path) -> IO[str]:
    """Attach this process until it detaches or ends; call it inside `exclusive_lock`."""
    (home / "hubs").mkdir(mode=0o700, exist_ok=True)
    attachment = (home / "hubs" / f"{os.getpid()}-{secrets.token_hex(4)}").open("x")
    fcntl.flock(attachment, fcntl.LOCK_EX)
    return attachment


def detach(attachment: IO[str]) -> None:
    """Detach this process."""
    Path(attachment.name).unlink(missing_ok=True)
    attachment.close()


def list_attached(home: Path) -> list[Path]:
    """Return the files of living processes, and delete those of dead ones.

    A file may go meanwhile: its process detached, or another one deleted it.
    """
    live_files = []
    for file in (home / "hubs").iterdir():
        with contextlib.suppress(FileNotFoundError), file.open() as probe:
            try:
                fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                live_files.append(file)
            else:
                file.unlink()
    return live_files


def read_postmaster_pid(home: Path) -> list[str]:
    """Return the lines of postmaster.pid: pid, folder, start, port, socket folder, address, memory,
    status.

    Empty without the file.
    """
    try:
        lines = (home / "pg" / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []
    return [line.strip() for line in lines]


def find_server_pid(home: Path) -> int | None:
    """Return the pid of this folder's server, if the process of that number really is one.

    After a power cut or a `kill -9` the number may be unused, a zombie's that is never reaped (the
    hub is process 1 of many containers), or another program's; PostgreSQL itself would take the
    last two for a server and refuse to start.
    """
    pid_lines = read_postmaster_pid(home)
    if not pid_lines or not pid_lines[0].isdecimal():
        return None
    pid = int(pid_lines[0])
    process = Path("/proc", pid_lines[0])
    if not Path("/proc/self/stat").exists():  # macOS
        process_status = subprocess.run(  # noqa: S603 - fixed arguments
            ["/bin/ps", "-o", "stat=,comm=", "-p", pid_lines[0]],
            capture_output=True,
            text=True,
            check=False,
        ).stdout.strip()
        return pid if "postgres" in process_status and not process_status.startswith("Z") else None
    try:
        name, _, rest = (process / "stat").read_text().partition("(")[2].rpartition(")")
        if name != "postgres" or rest.split()[0] in "ZX":
            return None
        return pid if (process / "cwd").samefile(home / "pg") else None
    except (FileNotFoundError, ProcessLookupError):
        return None
    except PermissionError:  # invisible to us: our server only if it runs as the cluster's owner
        return pid if process.stat().st_uid == (home / "pg").stat().st_uid else None


def wait_until_ready(home: Path) -> bool:
    """Return whether a server accepts connections, after waiting for one that starts or stops.

    Both happen under the lock, but the process doing it may have been killed halfway. Raises
    `TimeoutError` after `SERVER_TIMEOUT`.
    """
    for _ in poll_until_timeout():
        if find_server_pid(home) is None:
            return False
        pid_lines = read_postmaster_pid(home)
        if len(pid_lines) > 7 and pid_lines[7] == "ready":
            return True
    raise TimeoutError(f"the server in {home} neither starts nor stops")


def stop_server(home: Path) -> None:
    """Stop the server and delete its socket folder; call it inside `exclusive_lock`."""
    # PostgreSQL's signals for fast and immediate shutdown
    for stop_signal, seconds in (
        (signal.SIGINT, GRACEFUL_STOP_TIMEOUT),
        (signal.SIGQUIT, SERVER_TIMEOUT),
    ):
        pid = find_server_pid(home)
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, stop_signal)
            for _ in poll_until_timeout(seconds):
                if find_server_pid(home) is None:
                    break
    socket_pointer = home / "socket"
    with contextlib.suppress(OSError):
        Path(socket_pointer.read_text()).rmdir()  # fails unless the server has emptied it
        socket_pointer.unlink()


def poll_until_timeout(seconds: float = SERVER_TIMEOUT) -> Iterator[None]:
    """Yield every 20 ms until the timeout."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        yield
        time.sleep(0.02)


def spawn_watcher(home: Path) -> None:
    """Start a watcher that outlives this process; it exits if the folder already has one."""
    (home / "watcher").touch()
    watcher = (sys.executable, "-I", "-S", str(Path(__file__).resolve()), str(home))
    # Through a shell that exits at once, so that this process need not reap the watcher.
    shell = ("/bin/sh", "-c", '"$@" </dev/null >/dev/null 2>&1 &', "sh")
    subprocess.run([*shell, *watcher], cwd="/", start_new_session=True, check=True)  # noqa: S603


def _watch(home: Path) -> None:
    with (
        contextlib.suppress(FileNotFoundError, BlockingIOError),  # no folder, or watched already
        (home / "watcher").open() as watcher,
    ):
        fcntl.flock(watcher, fcntl.LOCK_EX | fcntl.LOCK_NB)
        while _wait_for_detach(home, watcher):
            pass


def _wait_for_detach(home: Path, watcher: IO[str]) -> bool:
    with exclusive_lock(home):
        live_files = list_attached(home)
        if not live_files:
            stop_server(home)
            watcher.close()  # before releasing the lock, so that the next hub's watcher can take it
            return False
    with contextlib.suppress(FileNotFoundError), live_files[0].open() as attachment:
        fcntl.flock(attachment, fcntl.LOCK_SH)  # granted when its owner detaches or ends
    return True


if __name__ == "__main__":
    _watch(Path(sys.argv[1]))
