"""`hub db`: migrate the database, load the reference data, verify references."""

import asyncio

import click

from hub.cli.bilingual import Group
from hub.cli.console import Preparation, print_line
from hub.settings import Settings


@click.group(
    cls=Group,
    help="ปรับโครงสร้าง โหลดข้อมูลอ้างอิง และตรวจฐานข้อมูล · Migrate, load reference data, verify",
)
def db() -> None:
    """Group the commands of the database."""


@db.command("migrate", help="ปรับโครงสร้างฐานข้อมูล · Migrate the database to this version")
def migrate() -> None:
    """Run the migrations and print the revision."""
    from hub.bootstrap.startup import run_database_server
    from hub.store.migrate import migrate

    async def _run() -> str:
        with Preparation() as preparation:
            async with run_database_server(Settings.from_environment(), preparation) as dsn:
                return await migrate(dsn)

    revision = asyncio.run(_run())
    print_line(f"โครงสร้างรุ่น {revision} · The database is at revision {revision}")


@db.command("seed", help="โหลดข้อมูลอ้างอิงอีกครั้ง · Load the reference data again")
def seed() -> None:
    """Load the reference data, whether or not it has changed; write only what differs."""
    from hub.bootstrap.startup import REFERENCE_FOLDER, run_database_server
    from hub.store.database import open_database
    from hub.store.migrate import migrate
    from hub.store.reference.seed import seed

    async def _run() -> None:
        with Preparation() as preparation:
            async with run_database_server(Settings.from_environment(), preparation) as dsn:
                await migrate(dsn)
                async with (
                    open_database(dsn, pool_size=1) as database,
                    database.pool.acquire() as one,
                ):
                    done = await seed(one, REFERENCE_FOLDER, print_line)
        print_line(
            f"{done.rows:,} แถว เขียน {done.written:,} ลบ {done.removed:,} "
            f"· {done.rows:,} rows, {done.written:,} written, {done.removed:,} deleted"
        )

    asyncio.run(_run())


@db.command("verify", help="ตรวจว่าไม่มีแถวที่อ้างถึงแถวที่ไม่มีอยู่ · Count rows that refer to missing rows")
def verify() -> None:
    """Print the references that are broken, and exit with 1 if there are any."""
    from hub.bootstrap.startup import run_database_server
    from hub.store.database import open_database
    from hub.store.migrate import migrate
    from hub.store.orphans import OrphanCount, count_orphans

    async def _run() -> list[OrphanCount]:
        with Preparation() as preparation:
            async with run_database_server(Settings.from_environment(), preparation) as dsn:
                await migrate(dsn)
                async with (
                    open_database(dsn, pool_size=1) as database,
                    database.pool.acquire() as one,
                ):
                    return await count_orphans(one)

    counts = asyncio.run(_run())
    broken = [one for one in counts if one.rows]
    for one in broken:
        print_line(
            f"{one.table}.{one.column}: {one.rows:,} แถวอ้างถึง {one.target} ที่ไม่มีอยู่ "
            f"· {one.rows:,} rows refer to a missing {one.target}"
        )
    if broken:
        raise SystemExit(1)
    print_line(
        f"ตรวจการอ้างถึง {len(counts)} แบบ ไม่พบแถวกำพร้า "
        f"· {len(counts)} kinds of references checked, 0 orphans"
    )
