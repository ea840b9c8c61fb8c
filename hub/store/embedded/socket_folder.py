"""The private folder of the embedded server's socket, in the data folder or elsewhere."""

import os
import socket
import tempfile
from pathlib import Path
from typing import Final

from hub.store.embedded.account import Account, can_enter

PORT: Final = 5432
"""Names the socket file only; nothing listens on the network."""
MAX_SOCKET_PATH_BYTES: Final = 100
"""The limit of our kernels is 104 to 108 bytes."""


def prepare_socket_folder(home: Path, account: Account | None) -> Path:
    """Return a private folder whose socket path the kernel and the drivers accept."""
    if is_usable_socket_folder(home / ".s"):
        folder = home / ".s"
        if not folder.exists():
            folder.mkdir(mode=0o700)
            if account is not None:
                os.chown(folder, *account)
        return folder
    pointer_file, owner_uid = home / "socket", account.uid if account else os.geteuid()
    if pointer_file.exists():
        folder = Path(pointer_file.read_text())
        if folder.is_dir() and not folder.is_symlink() and folder.stat().st_uid == owner_uid:
            return folder
        pointer_file.unlink()
    short_parents = [
        candidate
        for candidate in (tempfile.gettempdir(), "/tmp")  # noqa: S108
        if is_usable_socket_folder(Path(candidate) / "hub-12345678")
    ]
    parent = next(
        (candidate for candidate in short_parents if can_enter(account, Path(candidate))), None
    )
    folder = Path(tempfile.mkdtemp(prefix="hub-", dir=parent))
    if account is not None:
        os.chown(folder, *account)
    pointer_file.write_text(str(folder))
    return folder


def is_usable_socket_folder(folder: Path) -> bool:
    """Return whether PostgreSQL and the drivers accept the path of a socket in a folder."""
    # PostgreSQL splits the setting at commas and unquotes it; SQLAlchemy splits at colons.
    socket_path = os.fsencode(folder / f".s.PGSQL.{PORT}.lock")
    return len(socket_path) < MAX_SOCKET_PATH_BYTES and not set(str(folder)) & set(',:"\\')


def accepts_connections(folder: Path) -> bool:
    """Return whether a server listens on the socket in a folder, visible to us or not."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(folder / f".s.PGSQL.{PORT}")) == 0
