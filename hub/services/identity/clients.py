"""Register OAuth clients, rotate their secrets and keys, disable them.

Each change is written to the audit log. `Invalid` names the option of `hub client` that is wrong.
"""

import secrets
from collections.abc import Sequence
from urllib.parse import urlsplit

from hub.domain.identity.clients import (
    Client,
    ClientKind,
    Jwk,
    generate_secret,
    hash_secret,
    validate_scopes,
)
from hub.domain.record import record
from hub.errors import Invalid
from hub.store.database import Database
from hub.store.identity.clients import RegistryAdministration


@record
class AddedClient:
    """A registered client, and its secret (null: it has none); only the secret's hash is stored."""

    client: Client
    secret: str | None


async def list_clients(database: Database) -> Sequence[Client]:
    """Return every client, disabled ones too, by agency and id."""
    return await RegistryAdministration(database).list_clients()


async def add_client(
    database: Database,
    by: str,
    *,
    agency: str,
    name: str,
    client_id: str | None = None,
    scopes: Sequence[str] = (),
    origins: Sequence[str] = (),
    redirects: Sequence[str] = (),
    keys: Sequence[Jwk] = (),
    purpose: str | None = None,
) -> AddedClient:
    """Register a client of an agency.

    With `origins` it is a public client without a secret; with `keys` it authenticates by
    `private_key_jwt`; otherwise a secret is generated. `NotFound` when the agency is not
    registered, `Conflict` when the id is taken.
    """
    if origins and keys:
        raise Invalid(
            "--jwks",
            "ใช้กับ --origin ไม่ได้ หน้าเว็บสาธารณะเก็บกุญแจไม่ได้",
            "cannot be used with --origin: a public page cannot keep a key",
        )
    new_id = client_id or f"c-{secrets.token_hex(8)}"
    if not (new_id.isascii() and new_id.isprintable() and len(new_id) <= 100):
        raise Invalid("--id", "ใช้อักขระ ASCII ไม่เกิน 100 ตัว", "must be at most 100 ASCII characters")
    secret = None if keys or origins else generate_secret()
    register = RegistryAdministration(database, by)
    client = Client(
        id=new_id,
        agency_id=await register.resolve_agency(agency),
        name=name,
        kind=ClientKind.PUBLIC if origins else ClientKind.CONFIDENTIAL,
        scopes=validate_scopes(scopes, "--scope"),
        secrets=[hash_secret(secret)] if secret else [],
        keys=keys,
        origins=origins,
        enabled=True,
        redirects=redirect_uris(origins, redirects),
        purpose=purpose,
    )
    await register.add_client(client)
    return AddedClient(client, secret)


def redirect_uris(origins: Sequence[str], redirects: Sequence[str]) -> Sequence[str]:
    """Return the addresses people are sent back to after login; by default each `ORIGIN/`.

    `Invalid` when one is not below an origin of the client, or has a fragment.
    """
    found = redirects or [f"{origin}/" for origin in origins]
    if any(origin_of(uri) not in origins or "#" in uri for uri in found):
        raise Invalid(
            "--redirect",
            "ต้องขึ้นต้นด้วยค่าของ --origin และไม่มี #",
            "must begin with an origin given by --origin, and must not contain #",
        )
    return found


def origin_of(address: str) -> str:
    """Return the scheme, host and port of an address, as browsers write an origin."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


async def rotate_secret(database: Database, by: str, client_id: str, *, at_once: bool) -> str:
    """Generate another secret and return it; the previous one stays valid unless `at_once`."""
    secret = generate_secret()
    await RegistryAdministration(database, by).rotate_secret(
        client_id, hash_secret(secret), revoke_previous=at_once
    )
    return secret


async def replace_keys(database: Database, by: str, client_id: str, keys: Sequence[Jwk]) -> None:
    """Replace the public keys of a client that authenticates by keys."""
    await RegistryAdministration(database, by).replace_keys(client_id, keys)


async def disable_client(database: Database, by: str, client_id: str) -> None:
    """Reject all tokens of a client."""
    await RegistryAdministration(database, by).disable_client(client_id)
