"""The key a node signs its tokens with: made here, kept here, its public half told to all nodes.

Each node has a key of its own, so no private key crosses the network, lies in the database or in
its backups, or needs sharing between nodes. Any node verifies what any other has signed by the
public halves in `signing_key`. A node that lost its folder makes another key.
"""

import asyncio
import json
import os
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import asyncpg
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from hub.domain.identity.clients import Jwk
from hub.domain.record import value
from hub.errors import NotReady, StoreUnusable
from hub.store.database import LOST, Database

SIGNS: Final = timedelta(days=1)
"""How long a key signs; then the next is made."""
KEPT: Final = timedelta(hours=1)
"""How long its public half is told after that: longer than any token it signed lives."""
TELL: Final = """
with forgotten as (delete from signing_key where until < clock_timestamp() - interval '1 day')
insert into signing_key (kid, jwk, until) values ($1, $2::jsonb, $3) on conflict do nothing
"""


@value
class Held:
    """A private key, as a JWK in JSON, and until when it signs."""

    text: str
    until: datetime

    @property
    def jwk(self) -> Jwk:
        """The private key."""
        found: Jwk = json.loads(self.text)
        return found


class Signing:
    """The signing key of this node, in `folder`; processes of one folder share it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "signing.json"
        self._held: Held | None = None
        self._turn = asyncio.Lock()

    async def key(self, database: Database, now: datetime) -> Jwk:
        """The private key to sign with; its public half is in the database before that."""
        async with self._turn:
            held = self._held
            if held is None or not now < held.until <= now + SIGNS:
                held = self._read()
                if held is None or not now < held.until <= now + SIGNS:
                    held = made(now)
                    await tell(database, held)
                    self._write(held)
                else:
                    await tell(database, held)
                self._held = held
            return held.jwk

    def _read(self) -> Held | None:
        try:
            kept = json.loads(self._path.read_text("utf-8"))
            held = Held(json.dumps(kept["jwk"]), datetime.fromisoformat(kept["until"]))
            whole = held.until.tzinfo is not None and private(held).is_private
        except FileNotFoundError:
            return None
        except (JoseError, ValueError, KeyError, TypeError):
            return None  # half a file, or somebody's: another key does no harm
        except OSError as closed:
            raise self._unusable(closed) from closed
        return held if whole else None

    def _write(self, held: Held) -> None:
        new = self._path.with_suffix(f".{secrets.token_hex(4)}.new")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            opened = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(opened, "w", encoding="utf-8") as file:
                json.dump({"jwk": held.jwk, "until": held.until.isoformat()}, file)
            new.replace(self._path)
        except OSError as closed:
            raise self._unusable(closed) from closed

    def _unusable(self, error: OSError) -> StoreUnusable:
        why = os.strerror(error.errno) if error.errno else str(error)
        return StoreUnusable(
            f"ใช้ไฟล์กุญแจ {self._path} ไม่ได้ ({why}) ให้บัญชีที่เปิดระบบอ่านและเขียนได้ "
            f"· the key file {self._path} cannot be used ({why}); "
            "let the account that runs the hub read and write it"
        )


def made(now: datetime) -> Held:
    """A new key for ES256."""
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
    return Held(json.dumps(key.as_dict(private=True)), now + SIGNS)


def private(held: Held) -> ECKey:
    """The key itself; raises what joserfc raises where it is none."""
    return ECKey.import_key(dict(held.jwk))


async def tell(database: Database, held: Held) -> None:
    """Let every node know the public half."""
    public = private(held).as_dict(private=False)
    try:
        async with database.writing() as connection:
            await connection.execute(TELL, public["kid"], json.dumps(public), held.until + KEPT)
    except (*LOST, TimeoutError, asyncpg.InterfaceError) as gone:
        raise NotReady from gone
