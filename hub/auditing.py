"""The log of access from a terminal: who gives a command, whether the log holds, where it ends."""

import os
import pwd
import time
from argparse import ArgumentParser, Namespace
from datetime import datetime
from typing import Final

from hub.bootstrap.startup import Say
from hub.domain.time import BANGKOK
from hub.errors import Invalid
from hub.operating import in_database
from hub.settings import Settings
from hub.store.chain import head, prove
from hub.store.engine import Database

WORDS: Final = {"audit": "บันทึกการเข้าถึง · the log of access"}


def who(told: Namespace) -> str:
    """Who changes the register, for the log of access: by name, and by the account they use."""
    by: str | None = getattr(told, "by", None)
    return f"{by} ({account()})" if by else account()


def account() -> str:
    """The account of this process at the operating system."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:  # a container may run as a number without a name
        return f"uid {os.geteuid()}"


def signed(parser: ArgumentParser) -> None:
    """Let a command that changes something say who gives it."""
    parser.add_argument("--by", metavar="WHO", help="ผู้สั่ง ลงในบันทึก · who does it, for the log")


def audit_arguments(parser: ArgumentParser) -> None:
    """What `hub audit` is told."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    words = "ตรวจว่าไม่มีใครแก้ ลบ หรือแทรก · prove that nobody changed, removed or inserted a link"
    verify = actions.add_parser("verify", help=words, description=words)
    moment = "เช่น 2026-01-01 หรือ 2026-01-01T09:00+07:00 · a day in Bangkok, or an instant"
    verify.add_argument("--from", dest="first", metavar="TIME", help=f"ตั้งแต่ · since; {moment}")
    verify.add_argument("--to", dest="until", metavar="TIME", help="ก่อน · before")
    verify.add_argument(
        "--head",
        metavar="NUMBER:DIGEST",
        help="หัวที่เก็บไว้ภายนอก ตามที่ hub audit head พิมพ์ · a head kept outside, as `head` prints it",
    )
    words = "พิมพ์หัวของบันทึก เก็บไว้นอกเครื่องนี้ · print the last link, to be kept elsewhere"
    actions.add_parser("head", help=words, description=words)


def moment(field: str, text: str | None) -> datetime | None:
    """An instant, or the beginning of a day in Bangkok; `Invalid` names the argument."""
    if text is None:
        return None
    try:
        told = datetime.fromisoformat(text)
    except ValueError as odd:
        raise Invalid(
            field,
            f"อ่าน {text!r} ไม่ได้ ใช้ ค.ศ. เช่น 2026-01-31",
            f"{text!r} is no time; give a day of the Common Era, as 2026-01-31",
        ) from odd
    return told if told.tzinfo else told.replace(tzinfo=BANGKOK)


def kept_head(text: str | None) -> tuple[int, str] | None:
    """A head that was kept outside; `Invalid` where it is none."""
    if text is None:
        return None
    number, _, digest = text.partition(":")
    if not (number.isascii() and number.isdigit() and len(digest) == 64):
        raise Invalid(
            "--head",
            "ใช้ตามที่ hub audit head พิมพ์ เลข:ค่าแฮช",
            "is NUMBER:DIGEST, as `hub audit head` printed it",
        )
    return int(number), digest.lower()


def audit(told: Namespace, settings: Settings, say: Say) -> int:
    """Prove the log, or print its head; 1 where the chain does not hold."""
    if told.action == "head":

        async def show(database: Database) -> int:
            number, digest = await head(database)
            print(f"{number}:{digest}")
            return 0

        return in_database(settings, show)
    first, until = moment("--from", told.first), moment("--to", told.until)
    kept = kept_head(told.head)

    async def run(database: Database) -> int:
        began = time.monotonic()
        proof = await prove(
            database,
            first=first,
            until=until,
            kept=kept,
            progress=lambda number: say(f"{number:,} …"),
        )
        took = time.monotonic() - began
        if proof.broken is not None:
            say(
                f"ขาดที่รายการ {proof.broken.number:,}: {proof.broken.th} "
                f"· broken at link {proof.broken.number:,}: {proof.broken.en}"
            )
            return 1
        say(
            f"ครบถ้วน {proof.links:,} รายการ ใน {took:.1f} วินาที "
            f"· {proof.links:,} links hold, in {took:.1f} s"
        )
        print(f"{proof.number}:{proof.digest.hex()}")
        return 0

    return in_database(settings, run)


ARGUMENTS: Final = {"audit": audit_arguments}
