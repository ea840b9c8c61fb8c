"""Who shares drafts with whom, from a terminal: nothing is shared between agencies without this."""

from argparse import ArgumentParser, Namespace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from hub.bootstrap.startup import Say
from hub.domain.sharing import Shared
from hub.domain.time import BANGKOK
from hub.errors import Invalid
from hub.operating import in_database
from hub.settings import Settings
from hub.store.clients import Registering
from hub.store.engine import Database
from hub.store.sharing import Sharing

WORDS: Final = "ข้อตกลงแบ่งปันข้อมูลที่ยังไม่เผยแพร่ · agreements to share what is not published"
LONGEST: Final = 20
"""Years: beyond that a Buddhist year was meant."""


def arguments(parser: ArgumentParser) -> None:
    """What `hub agreement` is told."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    words = "แบ่งปันร่างของหน่วยงานหนึ่งให้อีกหน่วยงาน · let an agency read another's drafts"
    add = actions.add_parser("add", help=words, description=words)
    add.add_argument("provider", metavar="PROVIDER", help="หน่วยงานผู้ให้ · whose drafts they are")
    add.add_argument("consumer", metavar="CONSUMER", help="หน่วยงานผู้รับ · who may read them")
    add.add_argument("purpose", metavar="PURPOSE", help="วัตถุประสงค์ · what for, in words")
    add.add_argument(
        "--until", required=True, metavar="YYYY-MM-DD", help="วันสุดท้าย ค.ศ. · the last day (CE)"
    )
    what = add.add_mutually_exclusive_group()
    what.add_argument(
        "--only", choices=["projects", "plans"], help="เฉพาะโครงการหรือแผน · one kind of drafts"
    )
    what.add_argument("--source", metavar="ID", help="เฉพาะโครงการจากแหล่งนี้ · projects of a source")
    what.add_argument("--plan", metavar="ID", help="เฉพาะแผนนี้ · versions of one plan")
    words = "เพิกถอนทันที · end an agreement at once"
    revoke = actions.add_parser("revoke", help=words, description=words)
    revoke.add_argument("agreement", metavar="AGREEMENT", help="รหัสข้อตกลง · its id")
    actions.add_parser("list", help="รายการ รวมที่สิ้นสุดแล้ว · every one, those that ended too")


async def agreement(told: Namespace, sharing: Sharing, register: Registering, say: Say) -> None:
    """Make, end or list agreements."""
    if told.action == "list":
        for one in await sharing.agreements():
            mark = "✓" if one.counts else "✗"
            opened = one.what.value.lower() + (f" {one.key}" if one.key else "")
            say(
                f"{mark} {one.id}  {one.provider_id} → {one.consumer_id}  [{opened}]  "
                f"{last_day(one.until)}  {one.purpose}"
            )
    elif told.action == "revoke":
        await sharing.revoke(told.agreement)
        say(f"เพิกถอน {told.agreement} แล้ว · {told.agreement} counts no more")
    else:
        provider = await register.agency(told.provider)
        consumer = await register.agency(told.consumer)
        if provider == consumer:
            raise Invalid("CONSUMER", "เป็นหน่วยงานเดียวกับผู้ให้", "is the provider itself")
        if not told.purpose.strip() or len(told.purpose) > 500:
            raise Invalid(
                "PURPOSE",
                "บอกวัตถุประสงค์ ไม่เกิน 500 ตัวอักษร",
                "say what for, in at most 500 characters",
            )
        what, key = what_of(told)
        until = day_after(told.until)
        made = await sharing.share(provider, consumer, told.purpose.strip(), what, key, until)
        say(
            f"{made}: {consumer} อ่านร่างของ {provider} ได้ถึง {told.until} "
            f"· {consumer} may read drafts of {provider} until {told.until}"
        )


def what_of(told: Namespace) -> tuple[Shared, str | None]:
    """What an agreement opens, and which source or plan."""
    if told.source:
        return Shared.SOURCE, told.source
    if told.plan:
        return Shared.PLAN, told.plan
    return (Shared[told.only.upper()] if told.only else Shared.ALL), None


def day_after(text: str) -> datetime:
    """The end of the last day in Bangkok; `Invalid` for a day that is none or has passed."""
    try:
        last = date.fromisoformat(text)
        ends = datetime.combine(last + timedelta(days=1), time(), BANGKOK).astimezone(UTC)
    except (ValueError, OverflowError) as odd:
        raise Invalid(
            "--until", "รูปแบบคือ ปปปป-ดด-วว เป็น ค.ศ. เช่น 2027-09-30", "looks like 2027-09-30, in CE"
        ) from odd
    if ends <= datetime.now(UTC):
        raise Invalid("--until", f"{text} ผ่านมาแล้ว", f"{text} has passed")
    if last.year > datetime.now(UTC).year + LONGEST:
        raise Invalid(
            "--until",
            f"{text} ไกลเกิน {LONGEST} ปี ใช้ปี ค.ศ. ไม่ใช่ พ.ศ.",
            f"{text} is more than {LONGEST} years away; give the year in CE, not BE",
        )
    return ends


def last_day(until: datetime) -> str:
    """The last day on which it counts, in Bangkok."""
    return (until.astimezone(BANGKOK) - timedelta(microseconds=1)).date().isoformat()


def change(told: Namespace, settings: Settings, say: Say) -> int:
    """Run the command over a database that is ready."""

    async def run(database: Database) -> int:
        await agreement(told, Sharing(database), Registering(database), say)
        return 0

    return in_database(settings, run)
