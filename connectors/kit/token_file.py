"""Tokens shared between the processes of one machine: a file beside a lock, one of each per grant.

The file has mode 0600 and is in the hub's data folder. A database table would put a valid secret
into the database, its history and its backups, which contain none. A `flock` ends with its process.
Nodes on different machines have a token each, which client credentials allow.
"""

import contextlib
import json
import os
import secrets
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

from filelock import AsyncFileLock, Timeout

from hub.domain.record import value
from hub.errors import SourceUnreachable


@value
class SourceToken:
    """An access token, and the moment from which it is no longer used."""

    value: str
    expires_at: datetime


@value
class TokenFile:
    """The file of one grant; without a `folder` nothing is shared and nothing is locked.

    `max_wait` is the seconds to wait for the lock; `redacted_url` names the endpoint in errors.
    """

    folder: Path | None
    name: str
    max_wait: float
    redacted_url: str

    @contextlib.asynccontextmanager
    async def lock(self) -> AsyncIterator[None]:
        """Exclude other processes; `SourceUnreachable` when another one does not finish."""
        if self.folder is None:
            yield
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = AsyncFileLock(self.folder / f"{self.name}.lock", timeout=self.max_wait, mode=0o600)
        try:
            await lock.acquire()
        except Timeout:
            raise SourceUnreachable(
                f"อีกโปรแกรมหนึ่งกำลังขอโทเค็นของ {self.redacted_url} และไม่เสร็จ · "
                f"Another process is requesting the token of {self.redacted_url} "
                "and does not finish"
            ) from None
        try:
            yield
        finally:
            await lock.release()

    def load(self) -> SourceToken | None:
        """Return the token that was saved last; null if there is none or it is damaged."""
        if self.folder is None:
            return None
        try:
            stored = json.loads((self.folder / f"{self.name}.json").read_text("utf-8"))
            return SourceToken(stored["text"], datetime.fromisoformat(stored["until"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def save(self, token: SourceToken) -> None:
        """Save a token for other processes, readable by this account only."""
        if self.folder is None:
            return
        temporary_file = self.folder / f"{self.name}.{secrets.token_hex(4)}.new"
        with os.fdopen(
            os.open(temporary_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w"
        ) as file:
            json.dump({"text": token.value, "until": token.expires_at.isoformat()}, file)
        temporary_file.replace(self.folder / f"{self.name}.json")
