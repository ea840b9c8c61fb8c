"""`hub audit`: verify the audit log, print its head."""

import time
from datetime import datetime
from typing import TYPE_CHECKING, Final

import click

from hub.cli.bilingual import Group
from hub.cli.console import in_database, json_option, option, print_json, print_line
from hub.errors import Invalid

if TYPE_CHECKING:
    from hub.store.database import Database
    from hub.store.identity.audit_chain import ChainVerification

MOMENT: Final = "2026-01-31, 2026-01-31T09:00+07:00"


@click.group(cls=Group, help="ตรวจและส่งออกบันทึกการเข้าถึง · Verify and export the audit log")
def audit() -> None:
    """Group the commands of the audit log."""


@audit.command(
    "verify",
    help="ตรวจว่าไม่มีรายการที่ถูกแก้ ลบ หรือแทรก · Verify that no entry was changed, deleted or inserted",
)
@option("--from", "first", metavar="TIME", help=f"ตั้งแต่ · Since, for example {MOMENT}")
@option("--to", "until", metavar="TIME", help="ก่อน · Before")
@option(
    "--head",
    metavar="NUMBER:DIGEST",
    help="หัวที่เก็บไว้ภายนอกตามที่ hub audit head พิมพ์ · "
    "A head kept elsewhere, as printed by hub audit head",
)
@json_option
def verify(first: str | None, until: str | None, head: str | None, as_json: bool) -> None:
    """Verify the chain of digests; exit code 1 when it is broken."""
    from hub.store.identity.audit_chain import verify_chain

    since, before, expected_head = (
        parse_time("--from", first),
        parse_time("--to", until),
        parse_head(head),
    )
    began = time.monotonic()

    async def _run(database: "Database") -> "ChainVerification":
        return await verify_chain(
            database,
            first=since,
            until=before,
            expected_head=expected_head,
            progress=lambda number: click.echo(f"  {number:,} …", err=True),
        )

    proof = in_database(_run)
    if as_json:
        broken = proof.first_break
        print_json(
            {
                "entries": proof.links,
                "number": proof.number,
                "digest": proof.digest.hex(),
                "broken": broken and {"number": broken.number, "th": broken.th, "en": broken.en},
            }
        )
    elif proof.first_break is not None:
        print_line(
            f"รายการ {proof.first_break.number:,} ไม่ถูกต้อง: {proof.first_break.th} "
            f"· broken at entry {proof.first_break.number:,}: {proof.first_break.en}"
        )
    else:
        took = time.monotonic() - began
        print_line(
            f"ถูกต้องครบ {proof.links:,} รายการ ใน {took:.1f} วินาที "
            f"· {proof.links:,} entries verified in {took:.1f} s"
        )
        click.echo(f"{proof.number}:{proof.digest.hex()}")
    if proof.first_break is not None:
        raise click.exceptions.Exit(1)


@audit.command(
    "head",
    help="พิมพ์หัวของบันทึก เพื่อเก็บไว้นอกเครื่องนี้ · Print the last entry's digest, to be kept elsewhere",
)
@json_option
def print_head(as_json: bool) -> None:
    """Print the number and the digest of the last entry."""
    from hub.store.identity.audit_chain import fetch_head

    number, digest = in_database(fetch_head)
    if as_json:
        print_json({"number": number, "digest": digest})
    else:
        click.echo(f"{number}:{digest}")


def parse_time(field: str, text: str | None) -> datetime | None:
    """Return an instant, or the beginning of a day in Bangkok; `Invalid` names the option."""
    from hub.domain.time import BANGKOK

    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as odd:
        raise Invalid(
            field,
            f"อ่าน {text!r} ไม่ได้ ใช้ ค.ศ. เช่น 2026-01-31",
            f"{text!r} is not a time; use a date in CE, for example 2026-01-31",
        ) from odd
    return found if found.tzinfo else found.replace(tzinfo=BANGKOK)


def parse_head(text: str | None) -> tuple[int, str] | None:
    """Return the number and digest of a head that was kept elsewhere; `Invalid` when it is none."""
    if text is None:
        return None
    number, _, digest = text.partition(":")
    if not (number.isascii() and number.isdigit() and len(digest) == 64):
        raise Invalid(
            "--head",
            "ใช้ตามที่ hub audit head พิมพ์ เลข:ค่าแฮช",
            "must be NUMBER:DIGEST, as printed by hub audit head",
        )
    return int(number), digest.lower()
