"""`hub issuer`: trust the authorization servers of agencies."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from hub.cli.bilingual import Group
from hub.cli.console import (
    by_option,
    in_database,
    json_option,
    mark,
    option,
    print_line,
    print_list,
)
from hub.errors import Invalid
from hub.settings import ORIGIN_PATTERN, SECRET_NAME_PATTERN, Settings

if TYPE_CHECKING:
    from hub.domain.identity.clients import Issuer, SignInSettings, TokenType
    from hub.store.database import Database


@click.group(
    cls=Group, help="ลงทะเบียนและดูผู้ออกโทเค็นที่เชื่อถือ · Register and list trusted token issuers"
)
def issuer() -> None:
    """Group the commands of issuers."""


@issuer.command("list", help="รายการผู้ออกโทเค็น · List the issuers")
@json_option
def list_issuers(as_json: bool) -> None:
    """List the issuers, disabled ones too."""
    from hub.services.identity import issuers

    print_list(
        in_database(issuers.list_issuers),
        as_json=as_json,
        describe=describe_issuer,
        lines=format_issuer,
        empty="ยังไม่มีผู้ออกโทเค็น · There is no issuer",
    )


def describe_issuer(one: "Issuer") -> dict[str, Any]:
    """Return an issuer as an object of JSON; `sign_in` is null when nobody logs in there."""
    login = one.sign_in and {
        "client_id": one.sign_in.client_id,
        "secret": one.sign_in.secret,
        "claim": one.sign_in.claim,
        "roles": {value: role.value for value, role in sorted(one.sign_in.roles.items())},
    }
    return {
        "url": one.url,
        "agency": one.agency_id,
        "audience": one.audience,
        "jwks_uri": one.jwks_uri,
        "token_type": one.token_type.value,
        "token_hours": one.token_hours,
        "claim": one.claim,
        "scopes": {value: sorted(scopes) for value, scopes in sorted(one.mapping.items())},
        "sign_in": login,
        "enabled": one.enabled,
    }


def format_issuer(one: "Issuer") -> list[str]:
    """Return the line of an issuer, and a second one when people log in there."""
    scopes = " ".join(f"{k}={','.join(sorted(v))}" for k, v in sorted(one.mapping.items()))
    found = [
        (
            f"{mark(one.enabled)} {one.url}  {one.agency_id}  {one.audience}  "
            f"{one.token_type.value}  {one.token_hours} h  {one.claim}: {scopes or '-'}"
        )
    ]
    if one.sign_in is not None:
        roles = " ".join(f"{k}={v.value}" for k, v in sorted(one.sign_in.roles.items()))
        client = f"{one.sign_in.client_id}  {one.sign_in.claim}: {roles or '-'}"
        found.append(f"    ลงชื่อเข้าใช้ · login as  {client}")
    return found


@issuer.command("add", help="เชื่อถือผู้ออกโทเค็นของหน่วยงาน · Trust an agency's authorization server")
@click.argument("agency", metavar="AGENCY", help="หน่วยงานของผู้ออกโทเค็น · The agency of the issuer")
@click.argument("url", metavar="URL", help="iss ของโทเค็น · The issuer, as in its tokens")
@option(
    "--audience",
    metavar="AUD",
    help="aud ของโทเค็น ค่าเริ่มต้นคือระบบนี้ · aud of its tokens; this hub if missing",
)
@option(
    "--jwks",
    metavar="URL",
    help="ที่อยู่กุญแจ ถ้าไม่ใส่จะค้นให้ · The address of its keys; discovered if missing",
)
@option(
    "--token-type",
    default="at+jwt",
    metavar="TYPE",
    help="typ ของโทเค็น at+jwt หรือ JWT · typ of its access tokens: at+jwt, or JWT as well",
)
@option(
    "--token-hours",
    default=24,
    type=int,
    metavar="HOURS",
    help="อายุยาวสุดของโทเค็นที่รับ เป็นชั่วโมง · Longest accepted lifetime of tokens, in hours",
)
@option(
    "--claim",
    default="scope",
    metavar="CLAIM",
    help="claim ที่บอกสิทธิ์ หรือเส้นทาง เช่น realm_access.roles · The claim with the scopes, or the path "
    "of a nested one, as in realm_access.roles",
)
@option(
    "--map",
    "pairs",
    multiple=True,
    metavar="VALUE=SCOPE",
    help="ค่าของ claim ที่ให้สิทธิ์ ใส่ซ้ำได้ · A value of the claim and the scope it grants; repeatable",
)
@option(
    "--sign-in",
    is_flag=True,
    show_default=False,
    help="ให้บุคลากรลงชื่อเข้าใช้ผ่าน OpenID · Let the agency's people log in there (OpenID Connect)",
)
@option("--client-id", metavar="ID", help="รหัสของระบบนี้ที่ผู้ออก · This hub's client id at the issuer")
@option(
    "--secret",
    metavar="NAME",
    help="ชื่อของความลับของระบบนี้ที่ผู้ออก · The name of this hub's secret at the issuer, not the secret",
)
@option(
    "--role-claim",
    default="roles",
    metavar="CLAIM",
    help="claim ที่บอกบทบาท หรือเส้นทาง · The claim with the roles, or its path",
)
@option(
    "--role",
    "roles",
    multiple=True,
    metavar="VALUE=ROLE",
    help="ค่าของ claim ที่ให้บทบาท VIEWER OFFICER DELEGATE STEWARD ใส่ซ้ำได้ · A value of the claim and "
    "its role: VIEWER, OFFICER, DELEGATE or STEWARD; repeatable",
)
@by_option
def add(
    agency: str,
    url: str,
    audience: str | None,
    jwks: str | None,
    token_type: str,
    token_hours: int,
    claim: str,
    pairs: tuple[str, ...],
    sign_in: bool,
    client_id: str | None,
    by: str | None,
    **login_options: Any,
) -> None:
    """Trust an issuer, or change how it is trusted."""
    from hub.bootstrap.remote_json import fetch_json
    from hub.domain.identity.claims import validate_claim_path
    from hub.domain.identity.clients import Issuer, validate_token_hours
    from hub.services.identity.issuers import add_issuer, discover_keys
    from hub.services.identity.operator import operator_name

    settings = Settings.from_environment()
    check_https("URL", url)
    if url == settings.url:
        raise Invalid("URL", "เป็นที่อยู่ของระบบนี้เอง", "is this hub itself, which is trusted already")
    mapping = parse_scope_mapping(pairs)
    kind = parse_token_type(token_type, audience or settings.url, client_id)
    login = build_login_settings(client_id, **login_options) if sign_in else None

    async def _run(database: "Database") -> Issuer:
        made = Issuer(
            url=url,
            agency_id=agency,
            audience=audience or settings.url,
            jwks_uri=jwks or await discover_keys(url, fetch_json),
            claim=validate_claim_path(claim, "--claim"),
            mapping=mapping,
            enabled=True,
            sign_in=login,
            token_type=kind,
            token_hours=validate_token_hours(token_hours, "--token-hours"),
        )
        check_https("--jwks", made.jwks_uri)
        await add_issuer(database, operator_name(by), made)
        return made

    made = in_database(_run, settings)
    print_line(
        f"เชื่อถือ {made.url} กุญแจที่ {made.jwks_uri} · {made.url} is trusted, keys at {made.jwks_uri}"
    )


@issuer.command(
    "disable",
    help="เลิกเชื่อถือผู้ออกโทเค็น · Stop trusting an issuer",
)
@click.argument("url", metavar="URL", help="iss ของโทเค็น · The issuer, as in its tokens")
@by_option
def disable(url: str, by: str | None) -> None:
    """Stop trusting an issuer; sessions begun there end."""
    from hub.services.identity.issuers import disable_issuer
    from hub.services.identity.operator import operator_name

    in_database(lambda database: disable_issuer(database, operator_name(by), url))
    print_line(f"เลิกเชื่อถือ {url} แล้ว · {url} is no longer trusted")


def parse_scope_mapping(pairs: Sequence[str]) -> dict[str, frozenset[str]]:
    """Return the scopes that each value of the claim grants; a value may be repeated."""
    from hub.domain.identity.clients import validate_scopes

    found: dict[str, frozenset[str]] = {}
    for pair in pairs:
        value, _, scope = pair.rpartition("=")
        if not value:
            raise Invalid("--map", "รูปแบบคือ ค่า=สิทธิ์", "must be VALUE=SCOPE")
        found[value] = found.get(value, frozenset()) | validate_scopes([scope], "--map")
    return found


def parse_token_type(text: str, audience: str, client_id: str | None) -> "TokenType":
    """Return the type of an issuer's tokens; `Invalid` if ID tokens could pass for them."""
    from hub.domain.identity.clients import TokenType

    found = next((one for one in TokenType if one.value.lower() == text.lower()), None)
    if found is None:
        raise Invalid(
            "--token-type", f"ไม่มีชนิด {text!r} ใช้ at+jwt หรือ JWT", f"{text!r} must be at+jwt or JWT"
        )
    if found is TokenType.JWT and audience == client_id:
        raise Invalid(
            "--audience",
            "ต้องไม่ใช่ --client-id เมื่อใช้ --token-type JWT เพราะจะแยกจาก ID token ไม่ได้",
            "must not be the --client-id with --token-type JWT, "
            "or ID tokens could not be distinguished from access tokens",
        )
    return found


def build_login_settings(
    client_id: str | None, *, secret: str | None, role_claim: str, roles: Sequence[str]
) -> "SignInSettings":
    """Return how people log in at an issuer."""
    from hub.domain.identity.claims import validate_claim_path
    from hub.domain.identity.clients import SignInSettings
    from hub.domain.identity.viewer import Role

    if not client_id:
        raise Invalid("--client-id", "ต้องระบุเมื่อใช้ --sign-in", "is required with --sign-in")
    if secret is not None and not SECRET_NAME_PATTERN.fullmatch(secret):
        raise Invalid(
            "--secret", "ใส่ชื่อของความลับ ไม่ใช่ตัวความลับ", "must be the name of a secret, not the secret"
        )
    found = {}
    for pair in roles:
        value, _, name = pair.rpartition("=")
        if not value or name not in Role.__members__:
            raise Invalid(
                "--role",
                f"รูปแบบคือ ค่า=บทบาท บทบาทที่มีคือ {' '.join(Role.__members__)}",
                f"must be VALUE=ROLE; the roles are {' '.join(Role.__members__)}",
            )
        found[value] = Role[name]
    claim = validate_claim_path(role_claim, "--role-claim")
    return SignInSettings(client_id, secret, claim, found)


def check_https(field: str, address: str) -> None:
    """Raise `Invalid` when an address is neither https nor on this machine."""
    parts = urlsplit(address)
    if not ORIGIN_PATTERN.fullmatch(f"{parts.scheme}://{parts.netloc}".lower()) or parts.fragment:
        raise Invalid(field, f"{address!r} ต้องเป็น https", f"{address!r} must be https")
