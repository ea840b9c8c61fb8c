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

from tests.web.hub_instance import URL, generate_ec_key, generate_rsa_key

NPM_FOLDER: Final = Path(__file__).parents[2] / "npm"
SKIP_REASON: Final = "no oidc-provider: make npm"
INSTALLED: Final = (
    bool(shutil.which("node")) and (NPM_FOLDER / "node_modules" / "oidc-provider").is_dir()
)
SECRET: Final = "moi-" * 12


@dataclass(frozen=True)
class TokenIssuer:
    """Who issues: its name as issuer, the key it signs with, a real token of it."""

    url: str
    key: Any
    alg: str
    token: str

    @property
    def claims(self) -> dict[str, Any]:
        """What the real token says."""
        found: dict[str, Any] = json.loads(base64url_decode(self.token.split(".")[1]))
        return found

    @property
    def header(self) -> dict[str, Any]:
        """How the real token is signed."""
        found: dict[str, Any] = json.loads(base64url_decode(self.token.split(".")[0]))
        return found

    def sign(
        self,
        claims: Mapping[str, Any] | bytes | None = None,
        header: Mapping[str, Any] | bytes | None = None,
        key: Any = None,
    ) -> str:
        """The token with these claims and header parameters changed (null: left out), signed."""
        head = (
            header if isinstance(header, bytes) else json.dumps(apply_changes(self.header, header))
        )
        body = (
            claims if isinstance(claims, bytes) else json.dumps(apply_changes(self.claims, claims))
        )
        signing_input = f"{base64url_encode(head)}.{base64url_encode(body)}"
        alg = (
            self.alg
            if isinstance(header, bytes)
            else str(apply_changes(self.header, header)["alg"])
        )
        signature = compute_signature(signing_input, key or self.key, alg)
        return f"{signing_input}.{base64url_encode(signature)}"


def apply_changes(
    original: Mapping[str, Any], changes: Mapping[str, Any] | bytes | None
) -> dict[str, Any]:
    """A copy with some names set, and those set to null left out."""
    assert not isinstance(changes, bytes)
    return {
        name: value for name, value in {**original, **(changes or {})}.items() if value is not None
    }


def compute_signature(signing_input: str, key: Any, alg: str) -> bytes:
    """The signature of an algorithm, whatever a careful library thinks of it."""
    if isinstance(key, bytes):
        return hmac.digest(key, signing_input.encode(), "sha256")
    if alg not in JWSRegistry.algorithms:
        alg = "ES256" if isinstance(key, ECKey) else "RS256"
    signature_bytes: bytes = JWSRegistry.algorithms[alg].sign(signing_input.encode(), key)
    return signature_bytes


def base64url_encode(text: str | bytes) -> str:
    """Base64url without padding."""
    data = text.encode() if isinstance(text, str) else text
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def base64url_decode(text: str) -> bytes:
    """And back."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def hub_issuer(folder: Path, token: str) -> TokenIssuer:
    """The hub: its private key is in its folder."""
    key_file = json.loads((folder / "keys" / "signing.json").read_text("utf-8"))
    return TokenIssuer(URL, ECKey.import_key(key_file["jwk"]), "ES256", token)


@dataclass(frozen=True)
class Provider:
    """A running OpenID provider of one agency."""

    url: str
    keys: tuple[Any, ...]

    @property
    def jwks_uri(self) -> str:
        """What its metadata says."""
        metadata = httpx2.get(f"{self.url}/.well-known/openid-configuration").json()
        return str(metadata["jwks_uri"])

    def token(self, **form: str) -> str:
        """A real token; opaque where it is for no resource."""
        fields = {"grant_type": "client_credentials", **form}
        answer = httpx2.post(f"{self.url}/token", data=fields, auth=("moi", SECRET))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def token_issuer(self) -> TokenIssuer:
        """It, with a real token for the hub."""
        return TokenIssuer(
            self.url, self.keys[0], "RS256", self.token(resource=URL, scope="operate everything")
        )


@contextlib.contextmanager
def run_provider(*hubs: str) -> Iterator[Provider]:
    """An OpenID provider in a process of its own; it says of each token that it is of agency 01.

    People sign in there for the hubs of these addresses.
    """
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    keys = generate_rsa_key("p1"), generate_ec_key("p2")
    config = {
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
    process = subprocess.Popen(
        ["node", "provider.mjs", json.dumps(config)],
        cwd=NPM_FOLDER,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield Provider(f"http://127.0.0.1:{port}", keys)
    finally:
        process.terminate()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


def flip_bit(token: str, part: int) -> str:
    """A token with one bit of a part turned."""
    parts = token.split(".")
    data = bytearray(base64url_decode(parts[part]))
    data[len(data) // 2] ^= 1
    parts[part] = base64url_encode(bytes(data))
    return ".".join(parts)
