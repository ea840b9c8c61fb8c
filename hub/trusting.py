"""Whose tokens are trusted, and who signs people in, from a terminal: `hub issuer`."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from hub.auditing import signed
from hub.bootstrap.remote_json import fetch_json
from hub.bootstrap.startup import Say
from hub.domain.access import Role
from hub.domain.clients import Issuer, SignIn, granted
from hub.errors import Invalid, SourceError
from hub.settings import ORIGIN, SECRET
from hub.store.clients import Registering

DISCOVERY: Final = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")


def issuer_arguments(parser: ArgumentParser) -> None:
    """What `hub issuer` is told."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    words = "เชื่อผู้ออกโทเค็นของหน่วยงาน · trust an agency's own authorization server"
    add = actions.add_parser("add", help=words, description=words)
    add.add_argument("agency", metavar="AGENCY", help="รหัสหน่วยงาน · the agency it speaks for")
    add.add_argument("url", metavar="URL", help="iss ของโทเค็น · the issuer, as in its tokens")
    add.add_argument("--audience", metavar="AUD", help="aud ของโทเค็น · in its tokens, else the hub")
    add.add_argument("--jwks", metavar="URL", help="ที่อยู่กุญแจ · else its metadata is asked")
    add.add_argument("--claim", default="scope", help="บอกสิทธิ์ · the claim that tells rights")
    add.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="VALUE=SCOPE",
        help="ค่าใดให้สิทธิ์ใด ใส่ซ้ำได้ · which value of it grants which scope",
    )
    signing_arguments(add)
    words = "เลิกเชื่อ · trust it no more"
    disable = actions.add_parser("disable", help=words, description=words)
    disable.add_argument("url", metavar="URL", help="iss · the issuer")
    for action in (add, disable):
        signed(action)
    actions.add_parser("list", help="รายการ · every issuer")


def signing_arguments(add: ArgumentParser) -> None:
    """How an issuer signs people in."""
    add.add_argument(
        "--sign-in",
        action="store_true",
        help="ให้บุคลากรลงชื่อเข้าใช้ผ่าน OpenID · sign the agency's people in there",
    )
    add.add_argument("--client-id", metavar="ID", help="ระบบนี้ที่ผู้ออก · the hub's id there")
    add.add_argument(
        "--secret", metavar="NAME", help="ชื่อความลับของระบบนี้ที่ผู้ออก · its secret there, by name"
    )
    add.add_argument(
        "--role-claim",
        default="roles",
        metavar="CLAIM",
        help="บอกบทบาท · the claim that tells roles",
    )
    add.add_argument(
        "--role",
        action="append",
        default=[],
        metavar="VALUE=ROLE",
        help="ค่าใดเป็นบทบาทใด (VIEWER OFFICER DELEGATE STEWARD) ใส่ซ้ำได้ · which value is which role",
    )


async def issuer(told: Namespace, register: Registering, say: Say, url: str) -> None:
    """Change or list trusted issuers; `url` names the hub."""
    if told.action == "list":
        for one in await register.issuers():
            mark = "✓" if one.enabled else "✗"
            rights = " ".join(f"{k}={','.join(sorted(v))}" for k, v in sorted(one.mapping.items()))
            say(f"{mark} {one.url}  {one.agency_id}  {one.audience}  {one.claim}: {rights or '-'}")
            if one.sign_in is not None:
                roles = " ".join(f"{k}={v.value}" for k, v in sorted(one.sign_in.roles.items()))
                named = f"{one.sign_in.client_id}  {one.sign_in.claim}: {roles or '-'}"
                say(f"    ลงชื่อเข้าใช้ · signs in as  {named}")
    elif told.action == "disable":
        await register.disable_issuer(told.url)
        say(f"เลิกเชื่อ {told.url} แล้ว · {told.url} is trusted no more")
    else:
        secure("URL", told.url)
        if told.url == url:
            raise Invalid("URL", "เป็นที่อยู่ของระบบนี้เอง", "is this hub itself; it needs no trust")
        made = Issuer(
            url=told.url,
            agency_id=await register.agency(told.agency),
            audience=told.audience or url,
            jwks_uri=told.jwks or await discovered(told.url),
            claim=told.claim,
            mapping=mapping_of(told.map),
            enabled=True,
            sign_in=sign_in_of(told),
        )
        secure("--jwks", made.jwks_uri)
        await register.add_issuer(made)
        say(f"เชื่อ {made.url} กุญแจที่ {made.jwks_uri} · trusted, with the keys at {made.jwks_uri}")


def mapping_of(pairs: Sequence[str]) -> dict[str, frozenset[str]]:
    """What each value grants; a value may be named several times."""
    made: dict[str, frozenset[str]] = {}
    for pair in pairs:
        name, _, scope = pair.rpartition("=")
        if not name:
            raise Invalid("--map", "รูปแบบคือ ค่า=สิทธิ์", "looks like VALUE=SCOPE")
        made[name] = made.get(name, frozenset()) | granted([scope], "--map")
    return made


def sign_in_of(told: Namespace) -> SignIn | None:
    """How people sign in there; null where they do not."""
    if not told.sign_in:
        return None
    if not told.client_id:
        raise Invalid(
            "--client-id", "ต้องใส่เมื่อใช้ --sign-in", "is needed with --sign-in: the hub's id there"
        )
    if told.secret is not None and not SECRET.fullmatch(told.secret):
        raise Invalid(
            "--secret", "ใส่ชื่อของความลับ ไม่ใช่ตัวความลับ", "is the name of a secret, not the secret"
        )
    roles = {}
    for pair in told.role:
        value, _, name = pair.rpartition("=")
        if not value or name not in Role.__members__:
            raise Invalid(
                "--role",
                f"รูปแบบคือ ค่า=บทบาท บทบาทที่มีคือ {' '.join(Role.__members__)}",
                f"looks like VALUE=ROLE; there are {' '.join(Role.__members__)}",
            )
        roles[value] = Role[name]
    return SignIn(told.client_id, told.secret, told.role_claim, roles)


async def discovered(url: str) -> str:
    """Where an issuer's own metadata says its keys are; kept, so that a person has seen it once."""
    why = ""
    for path in DISCOVERY:
        try:
            said = await fetch_json(url.rstrip("/") + path)
        except SourceError as error:
            why = error.message
            continue
        if isinstance(said, dict) and said.get("issuer") == url:
            return str(said.get("jwks_uri", ""))
        why = "issuer"
    raise Invalid(
        "--jwks",
        f"ไม่พบเอกสารของ {url} ที่ตรงกัน ({why}) ระบุที่อยู่กุญแจเอง",
        f"{url} tells nothing of itself that fits ({why}); give the address of its keys",
    )


def secure(field: str, address: str) -> None:
    """`Invalid` where an address is not https, nor on this machine."""
    parts = urlsplit(address)
    if not ORIGIN.fullmatch(f"{parts.scheme}://{parts.netloc}".lower()) or parts.fragment:
        raise Invalid(field, f"{address!r} ต้องเป็น https", f"{address!r} must be https")
