"""Parse and verify signed tokens (JWS compact, RFC 7515 and 7519).

The key is never taken from the token: `jku`, `jwk`, `x5u` and `x5c` are rejected, and `kid` only
selects one of the keys we have. All accepted algorithms are asymmetric, so a public key cannot be
used as a shared secret.
"""

import json
import re
import warnings
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from joserfc import jws
from joserfc.errors import InvalidKeyIdError, JoseError, SecurityWarning
from joserfc.jwk import ECKey, JWKRegistry, Key, KeySet, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

from hub.domain.record import record

ALGORITHMS: Final = ("ES256", "RS256", "PS256", "EdDSA", "Ed25519")
MAX_TOKEN_BYTES: Final = 8192
"""Characters of a token; most servers limit headers to about this."""
MAX_KEYS: Final = 100
MAX_KEYS_TRIED: Final = 10
"""Signatures that are verified at most for one token that names no key."""
KEY_TYPE_OF: Final = {
    "ES256": "EC",
    "RS256": "RSA",
    "PS256": "RSA",
    "EdDSA": "OKP",
    "Ed25519": "OKP",
}
KEY_TYPES: Final = ("EC", "RSA", "OKP")
TYPE_NAME: Final = re.compile(r"[A-Za-z0-9+./-]{1,40}")
MIN_RSA_BITS: Final = 2048
"""Minimum bits of an RSA key."""
COMPACT_JWS: Final = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
KEY_HEADERS: Final = frozenset({"jku", "jwk", "x5u", "x5c"})
"""Header parameters with which a token would supply its own key."""


class InvalidToken(Exception):
    """A token that is invalid; the message is ASCII, so that it can be sent in a header."""


class UnknownKey(InvalidToken):
    """The token names a key that is not in the set; a newer set may contain it."""


@record
class UnverifiedToken:
    """The parsed content of a token, before its signature is verified."""

    text: str
    header: Mapping[str, Any]
    claims: Mapping[str, Any]

    @property
    def kid(self) -> str | None:
        """Return the id of the key that the header names."""
        kid: str | None = self.header.get("kid")
        return kid

    @property
    def type(self) -> str | None:
        """Return the `typ` of the header in lower case without `application/`, or None."""
        kind = self.header.get("typ")
        return kind.lower().removeprefix("application/") if isinstance(kind, str) else None


class StrictJwsRegistry(JWSRegistry):
    """Accepts only our algorithms, whatever the library recommends."""

    max_header_length = MAX_TOKEN_BYTES
    max_payload_length = MAX_TOKEN_BYTES

    def get_alg(self, name: str) -> Any:
        """Return the algorithm of a name; `InvalidToken` if it is not one of ours."""
        if name not in ALGORITHMS:
            raise InvalidToken("the algorithm is not accepted")
        return self.algorithms[name]


JWS_REGISTRY: Final = StrictJwsRegistry(algorithms=ALGORITHMS, strict_check_header=False)


def parse_token(text: str) -> UnverifiedToken:
    """Return a token, not verified; `InvalidToken` if malformed or not supported."""
    if len(text) > MAX_TOKEN_BYTES:
        raise InvalidToken("the token is too large")
    if not COMPACT_JWS.fullmatch(text):
        raise InvalidToken("the token is not a signed JWT of three parts")
    head, payload, _ = text.encode().split(b".")
    try:
        header = parse_unique_json(urlsafe_b64decode(head))
        claims = parse_unique_json(urlsafe_b64decode(payload))
    except (ValueError, RecursionError) as error:
        raise InvalidToken("the token cannot be read") from error
    check_header(header)
    return UnverifiedToken(text, header, claims)


def parse_unique_json(text: bytes) -> Mapping[str, Any]:
    """Parse a JSON object; `InvalidToken` if a name is repeated, as parsers read it differently."""

    def _build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise InvalidToken("a name is repeated in the token")
        return found

    read = json.loads(text.decode("utf-8"), object_pairs_hook=_build_object)
    if not isinstance(read, dict):
        raise InvalidToken("the token is not a JSON object")
    return read


def check_header(header: Mapping[str, Any]) -> None:
    """Raise `InvalidToken` if a header requires something that is not supported."""
    if header.get("alg") not in ALGORITHMS:
        raise InvalidToken("the algorithm is not accepted")
    if "crit" in header or "b64" in header:
        raise InvalidToken("the token requires an unsupported extension")
    if KEY_HEADERS & set(header):
        raise InvalidToken("the token contains its own key")
    if not isinstance(header.get("kid"), str | None):
        raise InvalidToken("kid is not a string")


def check_type(token: UnverifiedToken, *accepted: str) -> None:
    """Raise `InvalidToken` if the `typ` of a token is none of these; it names both."""
    if token.type not in {name.lower() for name in accepted}:
        found = token.header.get("typ")
        shown = found if isinstance(found, str) and TYPE_NAME.fullmatch(found) else "unreadable"
        described = "missing" if found is None else shown
        raise InvalidToken(f"typ is {described}, {' or '.join(accepted)} is expected")


def verify_signature(token: UnverifiedToken, keys: KeySet) -> None:
    """Raise `InvalidToken` if no key signed the token, `UnknownKey` if `kid` is in no key."""
    try:
        jws.deserialize_compact(token.text, keys, registry=JWS_REGISTRY)
    except InvalidKeyIdError as error:
        raise UnknownKey("the key is unknown") from error
    except (JoseError, ValueError) as error:
        raise InvalidToken("the signature is invalid") from error


def verify_with_any_key(token: UnverifiedToken, keys: KeySet) -> None:
    """Do the same, but try each key that suits the algorithm if the token names none.

    `kid` is optional (RFC 7515, section 4.1.4). The keys are those of one issuer, so it makes no
    difference which of them signed.
    """
    if token.kid is not None:
        verify_signature(token, keys)
        return
    suitable_keys = [key for key in keys if is_suitable(key, token.header["alg"])]
    if len(suitable_keys) > MAX_KEYS_TRIED:
        raise InvalidToken("kid is missing, and the issuer has too many keys to try each")
    for key in suitable_keys:
        with suppress(InvalidToken):
            verify_signature(token, KeySet([key]))
            return
    raise InvalidToken("kid is missing, and no key of the issuer signed the token")


def is_suitable(key: Key, algorithm: str) -> bool:
    """Return whether a key may have signed with an algorithm; its own `alg` limits it to one."""
    return key.key_type == KEY_TYPE_OF[algorithm] and key.alg in {None, algorithm}


def parse_key_set(document: Any) -> KeySet:
    """Return the usable keys of a JWK set; the others are skipped.

    A set may contain keys for other uses and of new types (RFC 7517, section 5), so an unusable key
    does not invalidate the set. Private keys are skipped too: once published, anyone can sign.
    """
    listed = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(listed, list):
        raise InvalidToken("this is not a JWK set")
    found = [key for data in listed[:MAX_KEYS] if (key := parse_key(data))]
    return KeySet(found)


def parse_key(data: Any) -> Key | None:
    """Return a public key for one of our algorithms; None for anything else."""
    if not isinstance(data, dict) or "d" in data or data.get("use", "sig") != "sig":
        return None
    if data.get("kty") not in KEY_TYPES or data.get("alg", ALGORITHMS[0]) not in ALGORITHMS:
        return None
    try:
        with warnings.catch_warnings():  # keys the library warns about are rejected
            warnings.simplefilter("error", SecurityWarning)
            key = JWKRegistry.import_key(data)
        is_accepted = (
            (isinstance(key, RSAKey) and key.public_key.key_size >= MIN_RSA_BITS)
            or (isinstance(key, ECKey) and key.curve_name == "P-256")
            or (isinstance(key, OKPKey) and key.curve_name == "Ed25519")
        )
    except (JoseError, SecurityWarning, ValueError, TypeError, KeyError):
        return None
    return key if is_accepted else None
