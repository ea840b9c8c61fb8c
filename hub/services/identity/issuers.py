"""Trust the authorization servers of agencies, and stop trusting them.

Each change is written to the audit log. `Invalid` names the option of `hub issuer` that is wrong.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from hub.domain.identity.clients import Issuer
from hub.errors import Invalid, SourceError
from hub.store.database import Database
from hub.store.identity.clients import RegistryAdministration

METADATA: Final = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")
"""Where an issuer publishes its metadata (OpenID Connect Discovery, RFC 8414)."""
Fetch = Callable[[str], Awaitable[Any]]
"""Return the JSON document at an address; `SourceError` when that fails."""


async def list_issuers(database: Database) -> Sequence[Issuer]:
    """Return every issuer, disabled ones too, by URL."""
    return await RegistryAdministration(database).list_issuers()


async def add_issuer(database: Database, by: str, issuer: Issuer) -> None:
    """Trust an issuer, or change how; `issuer.agency_id` may be a budget code.

    `NotFound` when the agency is not registered, `Conflict` when the issuer belongs to another
    agency or the agency's people log in at another issuer already.
    """
    register = RegistryAdministration(database, by)
    agency_id = await register.resolve_agency(issuer.agency_id)
    await register.upsert_issuer(replace(issuer, agency_id=agency_id))


async def disable_issuer(database: Database, by: str, url: str) -> None:
    """Reject all tokens of an issuer and end the sessions it authenticated."""
    await RegistryAdministration(database, by).disable_issuer(url)


async def discover_keys(url: str, fetch: Fetch) -> str:
    """Return the address of an issuer's keys from its metadata.

    The caller stores the address, so that a person has reviewed it. `Invalid` when no metadata is
    published for this issuer.
    """
    why = ""
    for path in METADATA:
        try:
            document = await fetch(url.rstrip("/") + path)
        except SourceError as error:
            why = error.message
            continue
        if isinstance(document, dict) and document.get("issuer") == url:
            return str(document.get("jwks_uri", ""))
        why = "issuer"
    raise Invalid(
        "--jwks",
        f"ไม่พบข้อมูลของผู้ออกโทเค็น {url} ({why}) ระบุที่อยู่ของกุญแจเอง",
        f"no metadata of the issuer {url} was found ({why}); specify the address of its keys",
    )
