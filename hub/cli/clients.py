"""`hub client`: register OAuth clients, rotate their secrets and keys, disable them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

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
from hub.settings import ORIGIN_PATTERN

if TYPE_CHECKING:
    from hub.domain.identity.clients import Client, Jwk

LARGEST: Final = 256 << 10
"""Bytes of a file of keys."""
client_argument = click.argument("client_id", metavar="CLIENT", help="รหัสไคลเอนต์ · A client's id")


@click.group(cls=Group, help="ลงทะเบียนและดูไคลเอนต์ OAuth · Register and list OAuth clients")
def client() -> None:
    """Group the commands of clients."""


@client.command("list", help="รายการไคลเอนต์ · List the clients")
@json_option
def list_clients(as_json: bool) -> None:
    """List the clients, disabled ones too; secrets are never shown."""
    from hub.services.identity import clients

    print_list(
        in_database(clients.list_clients),
        as_json=as_json,
        describe=describe_client,
        lines=format_client,
        empty="ยังไม่มีไคลเอนต์ · There is no client",
    )


def describe_client(one: "Client") -> dict[str, Any]:
    """Return a client as an object of JSON; of its secrets, how many are valid."""
    return {
        "id": one.id,
        "agency": one.agency_id,
        "name": one.name,
        "kind": one.kind.value,
        "scopes": sorted(one.scopes),
        "secrets": len(one.secrets),
        "keys": [key.get("kid") for key in one.keys],
        "origins": list(one.origins),
        "redirects": list(one.redirects),
        "purpose": one.purpose,
        "enabled": one.enabled,
    }


def format_client(one: "Client") -> list[str]:
    """Return the line of a client, with how it authenticates."""
    proof = "jwks" if one.keys else ", ".join(one.origins) or f"secrets {len(one.secrets)}"
    scopes = " ".join(sorted(one.scopes)) or "-"
    return [f"{mark(one.enabled)} {one.id}  {one.agency_id}  {one.name}  [{scopes}]  {proof}"]


@client.command(
    "add",
    help="ลงทะเบียนไคลเอนต์ รหัสลับแสดงครั้งเดียว · Register a client; its secret is shown once",
)
@click.argument("agency", metavar="AGENCY", help="หน่วยงานของไคลเอนต์ · The agency of the client")
@click.argument("name", metavar="NAME", help="ชื่อระบบ · The name of the system")
@option(
    "--id", "client_id", metavar="ID", help="รหัสไคลเอนต์ ถ้าไม่ใส่จะสุ่มให้ · Its id; generated if missing"
)
@option(
    "--scope", "scopes", multiple=True, metavar="SCOPE", help="สิทธิ์ ใส่ซ้ำได้ · A scope; repeatable"
)
@option(
    "--origin",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help="ต้นทางของหน้าเว็บสาธารณะ ใส่ซ้ำได้ · The origin of a public web client; repeatable",
)
@option(
    "--redirect",
    "redirects",
    multiple=True,
    metavar="URL",
    help="ที่อยู่ที่กลับหลังลงชื่อเข้าใช้ ใส่ซ้ำได้ ค่าเริ่มต้น ORIGIN/ · The redirect address after login; "
    "repeatable, ORIGIN/ if missing",
)
@option("--jwks", metavar="FILE", help="กุญแจสาธารณะ แทนรหัสลับ · Public keys instead of a secret")
@option("--purpose", metavar="TEXT", help="วัตถุประสงค์ ลงในบันทึก · The purpose, for the audit log")
@by_option
def add(
    agency: str,
    name: str,
    client_id: str | None,
    scopes: tuple[str, ...],
    origins: tuple[str, ...],
    redirects: tuple[str, ...],
    jwks: str | None,
    purpose: str | None,
    by: str | None,
) -> None:
    """Register a client and print its id and its secret."""
    from hub.services.identity.clients import add_client
    from hub.services.identity.operator import operator_name

    for origin in origins:
        if not ORIGIN_PATTERN.fullmatch(origin):
            raise Invalid("--origin", "รูปแบบคือ https://ชื่อเครื่อง", "must be https://HOST[:PORT]")
    keys = public_keys(jwks) if jwks else []
    check_purpose(purpose)
    added = in_database(
        lambda database: add_client(
            database,
            operator_name(by),
            agency=agency,
            name=name,
            client_id=client_id,
            scopes=scopes,
            origins=list(origins),
            redirects=list(redirects),
            keys=keys,
            purpose=purpose,
        )
    )
    show_secret(added.client.id, added.secret)


@client.command(
    "rotate",
    help="เปลี่ยนรหัสลับหรือกุญแจ รหัสเดิมยังใช้ได้จนกว่าจะเปลี่ยนอีกครั้ง · Rotate the secret or the keys; "
    "the previous secret stays valid until the next rotation",
)
@client_argument
@option("--jwks", metavar="FILE", help="กุญแจสาธารณะชุดใหม่ · The new public keys")
@option(
    "--at-once",
    is_flag=True,
    show_default=False,
    help="เลิกรหัสเดิมทันที · Reject the previous secret at once",
)
@by_option
def rotate(client_id: str, jwks: str | None, at_once: bool, by: str | None) -> None:
    """Replace the keys of a client, or generate another secret and print it."""
    from hub.services.identity.clients import replace_keys, rotate_secret
    from hub.services.identity.operator import operator_name

    who = operator_name(by)
    if jwks:
        keys = public_keys(jwks)
        in_database(lambda database: replace_keys(database, who, client_id, keys))
        print_line(f"เปลี่ยนกุญแจของ {client_id} แล้ว · The keys of {client_id} are replaced")
        return
    secret = in_database(lambda database: rotate_secret(database, who, client_id, at_once=at_once))
    show_secret(client_id, secret)


@client.command(
    "disable",
    help="ระงับไคลเอนต์ โทเค็นใช้ไม่ได้ในไม่กี่วินาที · "
    "Disable a client: its tokens are rejected within seconds",
)
@client_argument
@by_option
def disable(client_id: str, by: str | None) -> None:
    """Disable a client."""
    from hub.services.identity.clients import disable_client
    from hub.services.identity.operator import operator_name

    in_database(lambda database: disable_client(database, operator_name(by), client_id))
    print_line(f"ระงับ {client_id} แล้ว · {client_id} is disabled")


def check_purpose(purpose: str | None) -> None:
    """Raise `Invalid` when a purpose is not one line of acceptable length."""
    from hub.web.audit_context import MAX_PURPOSE_LENGTH

    if purpose is not None and not (
        purpose.isprintable() and 0 < len(purpose) <= MAX_PURPOSE_LENGTH
    ):
        raise Invalid(
            "--purpose",
            f"ต้องเป็นข้อความบรรทัดเดียว ไม่เกิน {MAX_PURPOSE_LENGTH} อักขระ",
            f"must be one line of at most {MAX_PURPOSE_LENGTH} characters",
        )


def public_keys(file: str) -> Sequence["Jwk"]:
    """Return the public keys in a file, a JWK set or a single JWK; `Invalid` for anything else."""
    from hub.web.auth.jwt import InvalidToken, parse_key_set

    try:
        with Path(file).open("rb") as opened:
            document = json.loads(opened.read(LARGEST).decode("utf-8"))
        if isinstance(document, dict) and "kty" in document:
            document = {"keys": [document]}
        keys = parse_key_set(document)
    except (OSError, ValueError, RecursionError, InvalidToken) as odd:
        raise Invalid(
            "--jwks", f"อ่าน {file} ไม่ได้ ({odd})", f"{file} cannot be read ({odd})"
        ) from odd
    if len(list(keys)) != len(document["keys"]) or not keys:
        raise Invalid(
            "--jwks",
            "ต้องเป็นกุญแจสาธารณะทุกดอก: EC P-256, RSA 2048 บิตขึ้นไป หรือ Ed25519",
            "must contain public keys only: EC P-256, RSA of 2048 bits or more, or Ed25519",
        )
    return [dict(key.as_dict(private=False)) for key in keys]


def show_secret(client_id: str, secret: str | None) -> None:
    """Print a client's id, and its secret, which cannot be printed again."""
    click.echo(f"client_id      {client_id}")
    if secret is not None:
        click.echo(f"client_secret  {secret}")
        click.echo("เก็บรหัสลับไว้ตอนนี้ ระบบไม่แสดงอีก · Store the secret now; it is not shown again")
