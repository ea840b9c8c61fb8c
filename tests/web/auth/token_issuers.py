"""Two token issuers for tests: the hub itself, and a third-party OpenID provider.

Each case changes a valid token of one issuer. If the content is invalid, the token is signed again
with the issuer's own key, so that only the content can cause the rejection.
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
    """An issuer: its URL, its signing key and algorithm, and a valid token."""

    url: str
    key: Any
    alg: str
    token: str

    @property
    def claims(self) -> dict[str, Any]:
        """Return the claims of the valid token."""
        found: dict[str, Any] = json.loads(base64url_decode(self.token.split(".")[1]))
        return found

    @property
    def header(self) -> dict[str, Any]:
        """Return the header of the valid token."""
        found: dict[str, Any] = json.loads(base64url_decode(self.token.split(".")[0]))
        return found

    def sign(
        self,
        claims: Mapping[str, Any] | bytes | None = None,
        header: Mapping[str, Any] | bytes | None = None,
        key: Any = None,
    ) -> str:
        """Return a signed token with changed claims and header parameters; null removes one."""
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
    """Return a copy with the changes applied; null removes a name."""
    assert not isinstance(changes, bytes)
    return {
        name: value for name, value in {**original, **(changes or {})}.items() if value is not None
    }


def compute_signature(signing_input: str, key: Any, alg: str) -> bytes:
    """Return the signature of an algorithm, including ones that the library rejects for the key."""
    if isinstance(key, bytes):
        return hmac.digest(key, signing_input.encode(), "sha256")
    if alg not in JWSRegistry.algorithms:
        alg = "ES256" if isinstance(key, ECKey) else "RS256"
    signature_bytes: bytes = JWSRegistry.algorithms[alg].sign(signing_input.encode(), key)
    return signature_bytes


def base64url_encode(text: str | bytes) -> str:
    """Encode to base64url without padding."""
    data = text.encode() if isinstance(text, str) else text
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def base64url_decode(text: str) -> bytes:
    """Decode base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def hub_issuer(folder: Path, token: str) -> TokenIssuer:
    """Return the hub as an issuer, with the private key from its data folder."""
    key_file = json.loads((folder / "keys" / "signing.json").read_text("utf-8"))
    return TokenIssuer(URL, ECKey.import_key(key_file["jwk"]), "ES256", token)


@dataclass(frozen=True)
class Provider:
    """A running OpenID provider of one agency."""

    url: str
    keys: tuple[Any, ...]

    @property
    def jwks_uri(self) -> str:
        """Return the JWKS URL from the provider's metadata."""
        metadata = httpx2.get(f"{self.url}/.well-known/openid-configuration").json()
        return str(metadata["jwks_uri"])

    def token(self, **form: str) -> str:
        """Return a valid token of the provider; it is opaque if `form` has no resource."""
        fields = {"grant_type": "client_credentials", **form}
        answer = httpx2.post(f"{self.url}/token", data=fields, auth=("moi", SECRET))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def token_issuer(self) -> TokenIssuer:
        """Return the provider as an issuer, with a valid token for the hub."""
        return TokenIssuer(
            self.url, self.keys[0], "RS256", self.token(resource=URL, scope="operate everything")
        )


@contextlib.contextmanager
def run_provider(*hubs: str) -> Iterator[Provider]:
    """Run an OpenID provider in a separate process; each of its tokens claims agency 01.

    `hubs` are the URLs of the hubs that may use it for login.
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
    """Return a token with one bit of a part flipped."""
    parts = token.split(".")
    data = bytearray(base64url_decode(parts[part]))
    data[len(data) // 2] ^= 1
    parts[part] = base64url_encode(bytes(data))
    return ".".join(parts)
