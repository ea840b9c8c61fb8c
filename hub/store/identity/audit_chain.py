"""Proving the log of access: every link once, in order, with little memory however long it is.

The digests are taken anew by this program, not by the database that is to be proven.
"""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Final

import asyncpg

from hub.domain.identity.audit_log import GENESIS_DIGEST, AuditEntry, compute_link_digest
from hub.domain.record import record
from hub.store.database import Database

AT_ONCE: Final = 2_000
"""Links fetched in one go."""
LINKS: Final = """
select number, at, entry, previous, digest, owner_id, agency_id, source_id from access_log
where ($1::timestamptz is null or at >= $1) and ($2::timestamptz is null or at < $2)
order by at, number
"""
BEFORE: Final = """
select number, digest from access_log where at < $1 order by at desc, number desc limit 1
"""
HEAD: Final = "select number, at, digest from access_head"
ELSEWHERE: Final = "select count(*) from access_log where number = $1"
MONTH: Final = (
    "select to_regclass('audit.access_log_' || to_char($1 at time zone 'UTC', 'YYYY_MM'))"
)


@record
class Broken:
    """The first link at which the chain does not hold, and what was done to it."""

    number: int
    th: str
    en: str


@record
class Proof:
    """What was looked at: how many links, the last of them, and where the chain breaks."""

    links: int
    number: int
    digest: bytes
    broken: Broken | None


async def head(database: Database) -> tuple[int, str]:
    """The number and the digest of the last link, to be kept outside of this database."""
    row = await database.pool.fetchrow(HEAD)
    return (row["number"], row["digest"].hex()) if row else (0, "")


async def prove(
    database: Database,
    *,
    first: datetime | None = None,
    until: datetime | None = None,
    kept: tuple[int, str] | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Proof:
    """Walk the chain, or the part of it from one instant up to another, and stop where it breaks.

    The part is proven to follow the link before it, which is taken as it stands. `kept` is a head
    that was kept outside: the chain must run through it.
    """
    async with (
        database.pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        await connection.execute("set local statement_timeout = 0")
        number, digest = 0, GENESIS_DIGEST
        if first and (before := await connection.fetchrow(BEFORE, first)):
            number, digest = before["number"], bytes(before["digest"])
        start, met = number, kept is None
        last_at = first
        async for row in linked(connection, first, until):
            if why := await wrong(connection, row, number, digest, last_at):
                return Proof(number - start, number, digest, why)
            number, digest, last_at = row["number"], row["digest"], row["at"]
            if kept and number == kept[0]:
                if digest.hex() != kept[1]:
                    return Proof(number - start, number, digest, rewritten(number))
                met = True
            if number % 50_000 == 0:
                progress(number)
        broken = await ended(connection, number, digest) if until is None else None
        if broken is None and not met and kept and not start >= kept[0] > 0:
            broken = removed(kept[0])
        return Proof(number - start, number, digest, broken)


async def linked(
    connection: asyncpg.Connection, first: datetime | None, until: datetime | None
) -> AsyncIterator[asyncpg.Record]:
    """The links, as they stand in the partitions, some thousands at a time."""
    async for row in connection.cursor(LINKS, first, until, prefetch=AT_ONCE):
        yield row


async def wrong(
    connection: asyncpg.Connection,
    row: asyncpg.Record,
    number: int,
    digest: bytes,
    last_at: datetime | None,
) -> Broken | None:
    """What is wrong with a link behind the one of `number` and `digest`; null where it holds."""
    found = row["number"]
    if found <= number:
        return Broken(
            found, "มีรายการแทรกเข้ามา หรือเลขซ้ำ", "a link was put in: this number stood before"
        )
    if found > number + 1:
        return await missing(connection, number + 1, row["at"], last_at)
    if compute_link_digest(row["previous"], found, row["at"], row["entry"]) != row["digest"]:
        return Broken(found, "รายการนี้ถูกแก้", "this link was changed: its digest is another")
    if row["previous"] != digest:
        return Broken(
            found,
            "รายการนี้ไม่ต่อจากรายการก่อนหน้า ถูกเขียนขึ้นใหม่",
            "this link was written anew: it does not follow the one before",
        )
    said = AuditEntry.from_json(row["entry"])
    if (said.owner_id, said.caller.agency_id, said.source_id) != (
        row["owner_id"],
        row["agency_id"],
        row["source_id"],
    ):
        return Broken(
            found, "ช่องค้นหาไม่ตรงกับรายการ", "the columns it is found by are not those of the entry"
        )
    return None


async def missing(
    connection: asyncpg.Connection, number: int, at: datetime, last_at: datetime | None
) -> Broken:
    """Why a number is not where it should be: elsewhere, gone, or gone with its month."""
    if await connection.fetchval(ELSEWHERE, number):
        return Broken(number, "ลำดับเวลาถูกสลับ", "the order was changed: this link stands elsewhere")
    month = (last_at or at).replace(day=1)
    while (month.year, month.month) <= (at.year, at.month):
        if await connection.fetchval(MONTH, month) is None:
            name = f"{month.year:04}-{month.month:02}"
            return Broken(number, f"ไม่มีพาร์ทิชันของเดือน {name}", f"the partition of {name} is missing")
        turn = month.month == 12
        month = month.replace(year=month.year + turn, month=1 if turn else month.month + 1)
    return removed(number)


async def ended(connection: asyncpg.Connection, number: int, digest: bytes) -> Broken | None:
    """Whether the last link is the one the head names."""
    row = await connection.fetchrow(HEAD)
    if row is None:
        return Broken(number, "แถวหัวของบันทึกหายไป", "the row of the head is missing")
    if row["number"] > number:
        return await missing(connection, number + 1, row["at"], row["at"])
    if row["number"] < number or row["digest"] != digest:
        return Broken(number, "หัวของบันทึกไม่ใช่รายการสุดท้าย", "the head does not name the last link")
    return None


def removed(number: int) -> Broken:
    """A link that is no more."""
    return Broken(number, "รายการนี้ถูกลบ", "this link was removed")


def rewritten(number: int) -> Broken:
    """A chain that holds in itself and is not the one a head was kept of."""
    return Broken(
        number,
        "ไม่ตรงกับหัวที่เก็บไว้ภายนอก บันทึกถูกเขียนใหม่ทั้งสาย",
        "not the digest that was kept outside: the whole chain was written anew",
    )
