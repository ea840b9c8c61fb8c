"""Who uses the embedded server of a data folder, and how the last one out stops it.

A process is attached as long as it holds the lock on its file in `hubs/`: a lock dies with its
owner, a number written in a file does not. A killed process cannot stop the server, so a small
watcher waits on those locks in its place. The watcher is this very file, run as a script: it
imports nothing of the hub and so stays small and works whatever the hub's path is.
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

LOCK = "hub-database.lock"  # also the sign by which a data folder is known as ours
PATIENCE = 60  # seconds for the server to be ready, or to stop
# Seconds for it to stop in good order: told to stop while it recovers from a crash, PostgreSQL 18
# may never do so. At once is safe too, as the next start recovers; and `docker stop` waits for ten.
POLITE = 8


@contextlib.contextmanager
def alone(home: Path, *, make: bool = False) -> Iterator[None]:
    """Keep every other hub process from starting or stopping the server meanwhile.

    Only a start makes the file: a watcher would otherwise litter a folder that is being deleted.
    """
    with (home / LOCK).open("a" if make else "r") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def attach(home: Path) -> IO[str]:
    """Count this process in, until it leaves or dies; call it inside `alone`."""
    (home / "hubs").mkdir(mode=0o700, exist_ok=True)
    hold = (home / "hubs" / f"{os.getpid()}-{secrets.token_hex(4)}").open("x")
    fcntl.flock(hold, fcntl.LOCK_EX)
    return hold


def leave(hold: IO[str]) -> None:
    """Count this process out."""
    Path(hold.name).unlink(missing_ok=True)
    hold.close()


def attached(home: Path) -> list[Path]:
    """Give the files of living processes, and clear away those of dead ones."""
    living = []
    for file in (home / "hubs").iterdir():
        with file.open() as probe:
            try:
                fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                living.append(file)
            else:
                file.unlink()
    return living


def recorded(home: Path) -> list[str]:
    """Read postmaster.pid: pid, folder, start, port, socket folder, address, memory, status."""
    try:
        lines = (home / "pg" / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []
    return [line.strip() for line in lines]


def running(home: Path) -> int | None:
    """Give the pid of the server of this folder, if the process of that number really is one.

    After a power cut or a `kill -9` the number may be nobody's, a zombie's that no one collects
    (the hub is process 1 of many a container), or another program's; PostgreSQL itself would take
    the last two for a server and refuse to start.
    """
    record = recorded(home)
    if not record or not record[0].isdecimal():
        return None
    pid = int(record[0])
    process = Path("/proc", record[0])
    if not Path("/proc/self/stat").exists():  # macOS
        told = subprocess.run(  # noqa: S603  a list of our own making
            ["/bin/ps", "-o", "stat=,comm=", "-p", record[0]],
            capture_output=True,
            text=True,
            check=False,
        ).stdout.strip()
        return pid if "postgres" in told and not told.startswith("Z") else None
    try:
        name, _, rest = (process / "stat").read_text().partition("(")[2].rpartition(")")
        if name != "postgres" or rest.split()[0] in "ZX":
            return None
        return pid if (process / "cwd").samefile(home / "pg") else None
    except (FileNotFoundError, ProcessLookupError):
        return None
    except PermissionError:  # hidden from us: ours only if its owner is the cluster's
        return pid if process.stat().st_uid == (home / "pg").stat().st_uid else None


def ready(home: Path) -> bool:
    """Tell whether a server can be attached to, waiting for one that is starting or stopping.

    Both happen under the lock; whoever was doing it may have been killed halfway.
    """
    for _ in patiently():
        if running(home) is None:
            return False
        record = recorded(home)
        if len(record) > 7 and record[7] == "ready":
            return True
    raise TimeoutError(f"the server in {home} neither starts nor stops")


def halt(home: Path) -> None:
    """Stop the server and take its socket folder away; call it inside `alone`."""
    # PostgreSQL's words for fast and immediate
    for stop, seconds in ((signal.SIGINT, POLITE), (signal.SIGQUIT, PATIENCE)):
        pid = running(home)
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, stop)
            for _ in patiently(seconds):
                if running(home) is None:
                    break
    elsewhere = home / "socket"
    with contextlib.suppress(OSError):
        Path(elsewhere.read_text()).rmdir()  # the server has emptied it, or will use it again
        elsewhere.unlink()


def patiently(seconds: float = PATIENCE) -> Iterator[None]:
    """Go round until the patience ends."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        time.sleep(0.02)


def watch_from_outside(home: Path) -> None:
    """Leave a watcher behind that outlives this process; it goes if the folder has one already."""
    (home / "watcher").touch()
    watcher = (sys.executable, "-I", "-S", str(Path(__file__).resolve()), str(home))
    # Through a shell that leaves at once, so that the watcher is nobody's child to be collected.
    shell = ("/bin/sh", "-c", '"$@" </dev/null >/dev/null 2>&1 &', "sh")
    subprocess.run([*shell, *watcher], cwd="/", start_new_session=True, check=True)  # noqa: S603


def _watch(home: Path) -> None:
    with (
        contextlib.suppress(FileNotFoundError, BlockingIOError),  # no folder, or watched already
        (home / "watcher").open() as watcher,
    ):
        fcntl.flock(watcher, fcntl.LOCK_EX | fcntl.LOCK_NB)
        while _wait_for_one(home, watcher):
            pass


def _wait_for_one(home: Path, watcher: IO[str]) -> bool:
    with alone(home):
        living = attached(home)
        if not living:
            halt(home)
            watcher.close()  # before the lock is given back, for the next hub's watcher to take
            return False
    with contextlib.suppress(FileNotFoundError), living[0].open() as hold:
        fcntl.flock(hold, fcntl.LOCK_SH)  # granted when its owner leaves or dies
    return True


if __name__ == "__main__":
    _watch(Path(sys.argv[1]))
