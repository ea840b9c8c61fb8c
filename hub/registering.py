"""Who takes part, from a terminal: agencies, their clients, the issuers trusted for them."""

import json
import secrets
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from hub.auditing import signed, who
from hub.bootstrap.startup import Say
from hub.domain.clients import Client, ClientKind, Jwk, granted, hashed, new_secret
from hub.errors import Invalid
from hub.operating import in_database
from hub.settings import ORIGIN, Settings
from hub.store.clients import Registering
from hub.store.engine import Database
from hub.trusting import issuer, issuer_arguments
from hub.web.audit_context import LONGEST_PURPOSE
from hub.web.signed import Unsound, usable

Run = Callable[[Namespace, Registering, Say], Coroutine[Any, Any, None]]
LARGEST: Final = 256 << 10


def agency_arguments(parser: ArgumentParser) -> None:
    """What `hub agency` is told."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    for name, words in (
        ("add", "ลงทะเบียนหน่วยงาน · let an agency take part"),
        ("disable", "ระงับ โทเค็นหยุดใช้ได้ในไม่กี่วินาที · stop all its tokens within seconds"),
        ("enable", "เปิดอีกครั้ง · let it take part again"),
    ):
        action = actions.add_parser(name, help=words, description=words)
        action.add_argument("agency", metavar="AGENCY", help="รหัสหน่วยงาน · its id or budget code")
        signed(action)
    actions.add_parser("list", help="รายการ · who takes part")


def client_arguments(parser: ArgumentParser) -> None:
    """What `hub client` is told."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    words = "ลงทะเบียนไคลเอนต์ พิมพ์รหัสลับครั้งเดียว · register a client; its secret is shown once"
    add = actions.add_parser("add", help=words, description=words)
    add.add_argument("agency", metavar="AGENCY", help="รหัสหน่วยงาน · the agency it asks for")
    add.add_argument("name", metavar="NAME", help="ชื่อระบบ · what the system is called")
    add.add_argument("--id", help="รหัสไคลเอนต์ ถ้าไม่ใส่จะสุ่มให้ · its id, else one is made")
    add.add_argument("--scope", action="append", default=[], help="สิทธิ์ ใส่ซ้ำได้ · may be repeated")
    add.add_argument(
        "--origin",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="ต้นทางของหน้าเว็บสาธารณะ ใส่ซ้ำได้ · where the pages of a public client come from",
    )
    add.add_argument(
        "--redirect",
        action="append",
        default=[],
        metavar="URL",
        help="ที่อยู่ที่กลับหลังลงชื่อเข้าใช้ ใส่ซ้ำได้ · where people are sent back to, else ORIGIN/",
    )
    add.add_argument(
        "--jwks", metavar="FILE", help="กุญแจสาธารณะ แทนรหัสลับ · public keys, instead of a secret"
    )
    add.add_argument("--purpose", help="ขอข้อมูลไปทำอะไร · what it asks for data for")
    words = "เปลี่ยนรหัสลับหรือกุญแจ · another secret, the last one counts on; or other keys"
    rotate = actions.add_parser("rotate", help=words, description=words)
    rotate.add_argument("client", metavar="CLIENT", help="รหัสไคลเอนต์ · its id")
    rotate.add_argument("--jwks", metavar="FILE", help="กุญแจสาธารณะชุดใหม่ · the new public keys")
    rotate.add_argument(
        "--at-once", action="store_true", help="เลิกรหัสเดิมทันที · the last one counts no more"
    )
    words = "ระงับไคลเอนต์ · stop a client's tokens within seconds"
    disable = actions.add_parser("disable", help=words, description=words)
    disable.add_argument("client", metavar="CLIENT", help="รหัสไคลเอนต์ · its id")
    for action in (add, rotate, disable):
        signed(action)
    actions.add_parser("list", help="รายการ · every client")


async def agency(told: Namespace, register: Registering, say: Say) -> None:
    """Change or list who takes part."""
    if told.action == "list":
        for one in await register.registrations():
            mark = "✓" if one.enabled else "✗"
            say(
                f"{mark} {one.agency_id}  {one.name_th}  "
                f"ไคลเอนต์ · clients {one.clients}, ผู้ออกโทเค็น · issuers {one.issuers}"
            )
        return
    agency_id = await register.agency(told.agency)
    if told.action == "disable":
        await register.disable(agency_id)
        say(f"ระงับ {agency_id} แล้ว · {agency_id} is disabled")
    else:
        await register.register(agency_id)
        say(f"{agency_id} ใช้ระบบได้แล้ว · {agency_id} takes part")


async def client(told: Namespace, register: Registering, say: Say) -> None:
    """Change or list clients; a new secret goes to standard output, alone on its line."""
    if told.action == "list":
        for one in await register.clients():
            proof = "jwks" if one.keys else ", ".join(one.origins) or f"secrets {len(one.secrets)}"
            mark = "✓" if one.enabled else "✗"
            scopes = " ".join(sorted(one.scopes)) or "-"
            say(f"{mark} {one.id}  {one.agency_id}  {one.name}  [{scopes}]  {proof}")
    elif told.action == "disable":
        await register.disable_client(told.client)
        say(f"ระงับ {told.client} แล้ว · {told.client} is disabled")
    elif told.action == "rotate" and told.jwks:
        await register.rekey(told.client, keys_of(told.jwks))
        say(f"เปลี่ยนกุญแจแล้ว · the keys of {told.client} are replaced")
    elif told.action == "rotate":
        secret = new_secret()
        await register.rotate(told.client, hashed(secret), alone=told.at_once)
        shown(told.client, secret)
    else:
        made, secret_of_it = new_client(told, await register.agency(told.agency))
        await register.add_client(made)
        shown(made.id, secret_of_it)


def new_client(told: Namespace, agency_id: str) -> tuple[Client, str | None]:
    """The client that arguments describe, and its secret where it has one."""
    if told.origin and told.jwks:
        raise Invalid(
            "--jwks",
            "หน้าเว็บสาธารณะเก็บกุญแจไม่ได้ ใช้ --origin อย่างเดียว",
            "a public page keeps no key; give --origin alone",
        )
    client_id = told.id or f"c-{secrets.token_hex(8)}"
    if not (client_id.isascii() and client_id.isprintable() and 0 < len(client_id) <= 100):
        raise Invalid("--id", "ใช้อักษรอังกฤษ ไม่เกิน 100 ตัว", "give at most 100 ASCII characters")
    for origin in told.origin:
        if not ORIGIN.fullmatch(origin):
            raise Invalid("--origin", "รูปแบบคือ https://ชื่อเครื่อง", "looks like https://HOST[:PORT]")
    keys = keys_of(told.jwks) if told.jwks else ()
    secret = None if keys or told.origin else new_secret()
    kind = ClientKind.PUBLIC if told.origin else ClientKind.CONFIDENTIAL
    kept = [hashed(secret)] if secret else []
    scopes = granted(told.scope, "--scope")
    purpose = told.purpose
    if purpose is not None and not (purpose.isprintable() and 0 < len(purpose) <= LONGEST_PURPOSE):
        raise Invalid(
            "--purpose",
            f"ต้องเป็นข้อความบรรทัดเดียว ไม่เกิน {LONGEST_PURPOSE} อักขระ",
            f"is one line of text, of {LONGEST_PURPOSE} characters at most",
        )
    back = told.redirect or [f"{origin}/" for origin in told.origin]
    if any(origin_of(uri) not in told.origin or "#" in uri for uri in back):
        raise Invalid(
            "--redirect",
            "ต้องขึ้นต้นด้วยต้นทางที่ให้ใน --origin และไม่มี #",
            "begins with an origin that --origin gives, and has no #",
        )
    made = Client(
        client_id, agency_id, told.name, kind, scopes, kept, keys, told.origin, True, back, purpose
    )
    return made, secret


def keys_of(file: str) -> Sequence[Jwk]:
    """The public keys in a file: a JWK set, or a single JWK; `Invalid` for anything else."""
    try:
        with Path(file).open("rb") as opened:
            document = json.loads(opened.read(LARGEST).decode("utf-8"))
        if isinstance(document, dict) and "kty" in document:
            document = {"keys": [document]}
        keys = usable(document)
    except (OSError, ValueError, RecursionError, Unsound) as odd:
        raise Invalid(
            "--jwks", f"อ่าน {file} ไม่ได้ ({odd})", f"{file} cannot be read ({odd})"
        ) from odd
    if len(list(keys)) != len(document["keys"]) or not keys:
        raise Invalid(
            "--jwks",
            "ต้องเป็นกุญแจสาธารณะทุกดอก: EC P-256, RSA 2048 บิตขึ้นไป หรือ Ed25519",
            "give public keys only: EC P-256, RSA of 2048 bits or more, or Ed25519",
        )
    return [dict(key.as_dict(private=False)) for key in keys]


def shown(client_id: str, secret: str | None) -> None:
    """Print a client's id, and its secret, which nobody can print again."""
    print(f"client_id      {client_id}")
    if secret is not None:
        print(f"client_secret  {secret}")
        print("เก็บรหัสลับไว้ตอนนี้ ระบบไม่แสดงอีก · Keep the secret now; it is not shown again")


def origin_of(address: str) -> str:
    """The scheme, host and port of an address, as browsers write an origin."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


ARGUMENTS: Final = {
    "agency": agency_arguments,
    "client": client_arguments,
    "issuer": issuer_arguments,
}
WORDS: Final = {
    "agency": "หน่วยงานที่ใช้ระบบ · agencies that take part",
    "client": "ระบบที่ขอโทเค็น · clients of the hub",
    "issuer": "ผู้ออกโทเค็นที่เชื่อ · trusted issuers",
}


def change(told: Namespace, settings: Settings, say: Say) -> int:
    """Run one of these commands over a database that is ready."""

    async def run(database: Database) -> int:
        register = Registering(database, who(told))
        if told.command == "issuer":
            await issuer(told, register, say, settings.url)
        else:
            await {"agency": agency, "client": client}[told.command](told, register, say)
        return 0

    return in_database(settings, run)
