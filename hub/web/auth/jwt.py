"""Reading signed tokens (JWS compact, RFC 7515 and 7519) without trusting a word of them first.

What a header says of keys is never followed: `jku`, `jwk`, `x5u` and `x5c` are refused, and `kid`
only chooses among keys we hold. The algorithms are ours to choose, all asymmetric, so that a public
key can never be taken for a shared secret.
"""

import json
import re
import warnings
from collections.abc import Iterable, Mapping
from typing import Any, Final

from joserfc import jws
from joserfc.errors import InvalidKeyIdError, JoseError, SecurityWarning
from joserfc.jwk import ECKey, JWKRegistry, Key, KeySet, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

from hub.domain.record import record

ALGORITHMS: Final = ("ES256", "RS256", "PS256", "EdDSA", "Ed25519")
MAX_TOKEN_BYTES: Final = 8192
"""Characters of a token: more does not fit into most servers' headers."""
MAX_KEYS: Final = 100
KEY_TYPES: Final = ("EC", "RSA", "OKP")
MIN_RSA_BITS: Final = 2048
"""Bits of an RSA key."""
COMPACT_JWS: Final = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
KEY_HEADERS: Final = frozenset({"jku", "jwk", "x5u", "x5c"})
"""Header parameters by which a token would bring its own key."""


class InvalidToken(Exception):
    """A token that will not do; the words are ASCII, for a header."""


class UnknownKey(InvalidToken):
    """It names a key we do not hold; a newer set may have it."""


@record
class UnverifiedToken:
    """What a token says, before anything of it is verified."""

    text: str
    header: Mapping[str, Any]
    claims: Mapping[str, Any]

    @property
    def kid(self) -> str | None:
        """The key it says it is signed with."""
        kid: str | None = self.header.get("kid")
        return kid


class StrictJwsRegistry(JWSRegistry):
    """Our algorithms and no other, whatever a library recommends this year."""

    max_header_length = MAX_TOKEN_BYTES
    max_payload_length = MAX_TOKEN_BYTES

    def get_alg(self, name: str) -> Any:
        """The algorithm of a name; `Unsound` where it is not one of ours."""
        if name not in ALGORITHMS:
            raise InvalidToken("the algorithm is not accepted")
        return self.algorithms[name]


JWS_REGISTRY: Final = StrictJwsRegistry(algorithms=ALGORITHMS, strict_check_header=False)


def parse_token(text: str, types: Iterable[str]) -> UnverifiedToken:
    """A token as it is written; `Unsound` where it is none, or none of these types (`typ`)."""
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
    check_header(header, frozenset(types))
    return UnverifiedToken(text, header, claims)


def parse_unique_json(text: bytes) -> Mapping[str, Any]:
    """A JSON object in which no name stands twice: two readers could read two tokens."""

    def build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise InvalidToken("a name stands twice in the token")
        return found

    read = json.loads(text.decode("utf-8"), object_pairs_hook=build_object)
    if not isinstance(read, dict):
        raise InvalidToken("the token is not a JSON object")
    return read


def check_header(header: Mapping[str, Any], types: frozenset[str]) -> None:
    """`Unsound` where a header asks for what we do not do."""
    if header.get("alg") not in ALGORITHMS:
        raise InvalidToken("the algorithm is not accepted")
    if "crit" in header or "b64" in header:
        raise InvalidToken("the token demands an extension that is not understood")
    if KEY_HEADERS & set(header):
        raise InvalidToken("the token brings its own key")
    if not isinstance(header.get("kid"), str | None):
        raise InvalidToken("kid is not a text")
    kind = header.get("typ")
    name = kind.lower().removeprefix("application/") if isinstance(kind, str) else None
    if types and name not in types:
        raise InvalidToken("the token is of another type")


def verify_signature(token: UnverifiedToken, keys: KeySet) -> None:
    """`Unsound` where none of our keys has signed it, `UnknownKey` where it names another."""
    try:
        jws.deserialize_compact(token.text, keys, registry=JWS_REGISTRY)
    except InvalidKeyIdError as error:
        raise UnknownKey("the key is not known") from error
    except (JoseError, ValueError) as error:
        raise InvalidToken("the signature does not hold") from error


def parse_key_set(document: Any) -> KeySet:
    """The keys of a JWK set that may verify something; the others are passed over.

    A set may hold keys for other ends and of kinds to come (RFC 7517 section 5), so one that will
    not do spoils none beside it. A private key in public is anybody's, and is passed over too.
    """
    listed = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(listed, list):
        raise InvalidToken("this is no JWK set")
    found = [key for data in listed[:MAX_KEYS] if (key := parse_key(data))]
    return KeySet(found)


def parse_key(data: Any) -> Key | None:
    """A public key for one of our algorithms; null for anything else."""
    if not isinstance(data, dict) or "d" in data or data.get("use", "sig") != "sig":
        return None
    if data.get("kty") not in KEY_TYPES or data.get("alg", ALGORITHMS[0]) not in ALGORITHMS:
        return None
    try:
        with warnings.catch_warnings():  # what the library warns of, we refuse
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
