"""Two parties that issue tokens: the hub itself, and an OpenID provider that we did not write.

Each case of the matrix changes a real token of one of them, and signs it again with the party's own
key where it is the content that is wrong: what is refused is refused for that alone.
"""

import base64
import contextlib
import hmac
import json
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry

from tests.web.access import URL, ec, rsa

HERE: Final = Path(__file__).parents[1] / "npm"
WHY_NOT: Final = "oidc-provider is not installed; make npm does it"
INSTALLED: Final = bool(shutil.which("node")) and (HERE / "node_modules" / "oidc-provider").is_dir()
SECRET: Final = "moi-" * 12


@dataclass(frozen=True)
class Party:
    """Who issues: its name as issuer, the key it signs with, a real token of it."""

    url: str
    key: Any
    alg: str
    token: str

    @property
    def claims(self) -> dict[str, Any]:
        """What the real token says."""
        found: dict[str, Any] = json.loads(decoded(self.token.split(".")[1]))
        return found

    @property
    def header(self) -> dict[str, Any]:
        """How the real token is signed."""
        found: dict[str, Any] = json.loads(decoded(self.token.split(".")[0]))
        return found

    def signed(
        self,
        claims: Mapping[str, Any] | bytes | None = None,
        header: Mapping[str, Any] | bytes | None = None,
        key: Any = None,
    ) -> str:
        """The token with these claims and header parameters changed (null: left out), signed."""
        head = header if isinstance(header, bytes) else json.dumps(changed(self.header, header))
        body = claims if isinstance(claims, bytes) else json.dumps(changed(self.claims, claims))
        signing = f"{encoded(head)}.{encoded(body)}"
        alg = self.alg if isinstance(header, bytes) else str(changed(self.header, header)["alg"])
        return f"{signing}.{encoded(signature(signing, key or self.key, alg))}"


def changed(told: Mapping[str, Any], by: Mapping[str, Any] | bytes | None) -> dict[str, Any]:
    """A copy with some names set, and those set to null left out."""
    assert not isinstance(by, bytes)
    return {name: value for name, value in {**told, **(by or {})}.items() if value is not None}


def signature(signing: str, key: Any, alg: str) -> bytes:
    """The signature of an algorithm, whatever a careful library thinks of it."""
    if isinstance(key, bytes):
        return hmac.digest(key, signing.encode(), "sha256")
    if alg not in JWSRegistry.algorithms:
        alg = "ES256" if isinstance(key, ECKey) else "RS256"
    made: bytes = JWSRegistry.algorithms[alg].sign(signing.encode(), key)
    return made


def encoded(text: str | bytes) -> str:
    """Base64url without padding."""
    data = text.encode() if isinstance(text, str) else text
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """And back."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def own_party(folder: Path, token: str) -> Party:
    """The hub: its private key is in its folder."""
    kept = json.loads((folder / "keys" / "signing.json").read_text("utf-8"))
    return Party(URL, ECKey.import_key(kept["jwk"]), "ES256", token)


@dataclass(frozen=True)
class Provider:
    """A running OpenID provider of one agency."""

    url: str
    keys: tuple[Any, ...]

    @property
    def jwks_uri(self) -> str:
        """What its metadata says."""
        said = httpx2.get(f"{self.url}/.well-known/openid-configuration").json()
        return str(said["jwks_uri"])

    def token(self, **form: str) -> str:
        """A real token; opaque where it is for no resource."""
        told = {"grant_type": "client_credentials", **form}
        answer = httpx2.post(f"{self.url}/token", data=told, auth=("moi", SECRET))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def party(self) -> Party:
        """It, with a real token for the hub."""
        return Party(
            self.url, self.keys[0], "RS256", self.token(resource=URL, scope="operate everything")
        )


@contextlib.contextmanager
def provider(*hubs: str) -> Iterator[Provider]:
    """An OpenID provider in a process of its own; it says of each token that it is of agency 01.

    People sign in there for the hubs of these addresses.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    keys = rsa("p1"), ec("p2")
    told = {
        "port": port,
        "keys": [key.as_dict(private=True) for key in keys],
        "alg": "RS256",
        "claims": {"agency": "ministry:01", "agency_id": "ministry:01", "tenant": "ministry:01"},
        "clients": [
            {
                "client_id": "moi",
                "client_secret": SECRET,
                "grant_types": ["client_credentials"],
                "redirect_uris": [],
                "response_types": [],
            },
            {
                "client_id": "buranakan",
                "client_secret": SECRET,
                "grant_types": ["authorization_code"],
                "redirect_uris": [f"{url}/signin/back" for url in hubs],
                "response_types": ["code"],
            },
        ],
        "people": {
            "somsri": {"name": "สมศรี ใจดี", "roles": ["hub-officer"]},
            "somchai": {"name": "สมชาย มั่นคง", "roles": ["anything"]},
            "somsak": {"name": "สมศักดิ์ <b>", "roles": ["hub-steward", "hub-officer"]},
        },
    }
    running = subprocess.Popen(
        ["node", "provider.mjs", json.dumps(told)],
        cwd=HERE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert running.stdout is not None
        assert running.stdout.readline() == b"ready\n"
        yield Provider(f"http://127.0.0.1:{port}", keys)
    finally:
        running.terminate()
        running.wait(10)
        if running.stdout is not None:
            running.stdout.close()


def tampered(token: str, part: int) -> str:
    """A token with one bit of a part turned."""
    parts = token.split(".")
    data = bytearray(decoded(parts[part]))
    data[len(data) // 2] ^= 1
    parts[part] = encoded(bytes(data))
    return ".".join(parts)
