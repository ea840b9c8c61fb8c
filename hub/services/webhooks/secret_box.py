"""Encrypt the secrets of webhooks, which the hub needs in clear to sign.

The key is not in the database, so that a backup of it reveals no secret.
"""

import hashlib
from collections.abc import Callable
from typing import Final

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from hub.errors import NotReady

HEADER: Final = {"alg": "dir", "enc": "A256GCM"}
OTHER_KEY: Final = (
    "ถอดรหัสความลับของเว็บฮุกไม่ได้ ทุกเครื่องของระบบต้องใช้ความลับ webhook-key เดียวกัน "
    "· the secret of a webhook cannot be decrypted; all nodes need the same secret webhook-key"
)


class SecretBox:
    """Encrypts and decrypts texts with a key that `read_key` returns at each use."""

    def __init__(self, read_key: Callable[[], str]) -> None:
        self._read_key = read_key

    def _key(self) -> OctKey:
        return OctKey.import_key(hashlib.sha256(self._read_key().encode()).digest())

    def seal(self, text: str) -> str:
        """Return an encrypted text (JWE, AES-256-GCM)."""
        return jwe.encrypt_compact(HEADER, text.encode(), self._key())

    def open(self, sealed: str) -> str:
        """Return the text; `NotReady` if it was encrypted with another key."""
        try:
            found = jwe.decrypt_compact(sealed, self._key()).plaintext
        except JoseError as error:
            raise NotReady(OTHER_KEY) from error
        return (found or b"").decode()
