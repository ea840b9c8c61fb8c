"""The signing key of a node: generated and stored on the node; its public key is in the database.

Each node has its own key, so no private key crosses the network, is in the database or its backups,
or is shared between nodes. Any node verifies tokens of the others with the public keys in
`signing_key`. A node that lost its folder generates another key.
"""

import asyncio
import json
import os
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from hub.domain.identity.clients import Jwk
from hub.domain.record import value
from hub.errors import StoreUnusable
from hub.store.database import Database

SIGNING_PERIOD: Final = timedelta(days=1)
"""How long a key signs before the next is generated."""
VERIFICATION_PERIOD: Final = timedelta(hours=1)
"""How long its public key is published after that: longer than the lifetime of any token."""
INSERT_PUBLIC_KEY: Final = """
with forgotten as (delete from signing_key where until < clock_timestamp() - interval '1 day')
insert into signing_key (kid, jwk, until) values ($1, $2::jsonb, $3) on conflict do nothing
"""


@value
class PrivateSigningKey:
    """A private key, as a JWK in JSON, and until when it signs."""

    jwk_json: str
    until: datetime

    @property
    def jwk(self) -> Jwk:
        """Return the private key as a JWK."""
        parsed: Jwk = json.loads(self.jwk_json)
        return parsed


class SigningKeyStore:
    """The signing key of this node, stored in `folder`; processes with the same folder share it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "signing.json"
        self._current: PrivateSigningKey | None = None
        self._lock = asyncio.Lock()

    async def get_private_key(self, database: Database, now: datetime) -> Jwk:
        """Return the private key to sign with, after its public key has been published."""
        async with self._lock:
            signing_key = self._current
            if signing_key is None or not now < signing_key.until <= now + SIGNING_PERIOD:
                signing_key = self._read_file()
                if signing_key is None or not now < signing_key.until <= now + SIGNING_PERIOD:
                    signing_key = generate_key(now)
                    await insert_public_key(database, signing_key)
                    self._write_file(signing_key)
                else:
                    await insert_public_key(database, signing_key)
                self._current = signing_key
            return signing_key.jwk

    def _read_file(self) -> PrivateSigningKey | None:
        try:
            stored = json.loads(self._path.read_text("utf-8"))
            signing_key = PrivateSigningKey(
                json.dumps(stored["jwk"]), datetime.fromisoformat(stored["until"])
            )
            is_private_key = (
                signing_key.until.tzinfo is not None and import_private_key(signing_key).is_private
            )
        except FileNotFoundError:
            return None
        except (JoseError, ValueError, KeyError, TypeError):
            return None  # truncated or foreign file: a new key is safe
        except OSError as error:
            raise self._build_error(error) from error
        return signing_key if is_private_key else None

    def _write_file(self, signing_key: PrivateSigningKey) -> None:
        temporary_path = self._path.with_suffix(f".{secrets.token_hex(4)}.new")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(temporary_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump({"jwk": signing_key.jwk, "until": signing_key.until.isoformat()}, file)
            temporary_path.replace(self._path)
        except OSError as error:
            raise self._build_error(error) from error

    def _build_error(self, error: OSError) -> StoreUnusable:
        reason = os.strerror(error.errno) if error.errno else str(error)
        return StoreUnusable(
            f"ใช้ไฟล์กุญแจ {self._path} ไม่ได้ ({reason}) ให้บัญชีที่เปิดระบบอ่านและเขียนได้ "
            f"· the key file {self._path} cannot be used ({reason}); "
            "allow the account that runs the hub to read and write it"
        )


def generate_key(now: datetime) -> PrivateSigningKey:
    """Return a new ES256 key."""
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
    return PrivateSigningKey(json.dumps(key.as_dict(private=True)), now + SIGNING_PERIOD)


def import_private_key(signing_key: PrivateSigningKey) -> ECKey:
    """Return the key object; raises joserfc's errors if the JWK is invalid."""
    return ECKey.import_key(dict(signing_key.jwk))


async def insert_public_key(database: Database, signing_key: PrivateSigningKey) -> None:
    """Publish the public key to all nodes through the database."""
    public_jwk = import_private_key(signing_key).as_dict(private=False)
    async with database.write_transaction() as connection:
        await connection.execute(
            INSERT_PUBLIC_KEY,
            public_jwk["kid"],
            json.dumps(public_jwk),
            signing_key.until + VERIFICATION_PERIOD,
        )
