"""`hub generate`: fill the database with a generated nation."""

from typing import TYPE_CHECKING

import click

from hub.cli.bilingual import Command
from hub.cli.console import Progress, in_database, json_option, option, print_json

if TYPE_CHECKING:
    from hub.sandbox.nation.generate import GenerateResult
    from hub.store.database import Database


@click.command(
    "generate",
    cls=Command,
    help="เติมประเทศจำลองลงฐานข้อมูล เป็นข้อมูลจำลองทั้งหมด "
    "· Fill the database with a generated nation; all of it is made-up data",
)
@option(
    "--projects",
    type=click.IntRange(1, 10_000_000),
    default=10_000,
    metavar="NUMBER",
    help="จำนวนโครงการ · The number of projects",
)
@option(
    "--years",
    type=click.IntRange(1, 20),
    default=4,
    metavar="NUMBER",
    help="จำนวนปีงบประมาณจนถึงปีนี้ · The number of fiscal years, the last is the current one",
)
@option(
    "--seed",
    type=click.IntRange(0, 1_000_000_000),
    default=1,
    metavar="NUMBER",
    help="ชุดข้อมูล · The seed of the data",
)
@json_option
def generate(projects: int, years: int, seed: int, *, as_json: bool) -> None:
    """Generate a nation; the same arguments again write nothing."""
    from datetime import UTC, datetime

    from hub.sandbox.nation.generate import generate_nation

    async def _run(database: "Database") -> "GenerateResult":
        now = datetime.now(UTC)
        if as_json:
            return await generate_nation(database, projects, years, seed, now)
        return await generate_nation(database, projects, years, seed, now, progress, print_notice)

    with Progress() as progress:
        result = in_database(_run)
    counts, seconds = result.nation.counts, round(result.seconds, 1)
    if as_json:
        figures = {"projects": counts.projects, "lines": counts.lines, "linkages": counts.linkages}
        print_json({**figures, "bytes": result.database_size, "seconds": seconds})
        return
    click.echo(
        f"ข้อมูลจำลอง {counts.projects:,} โครงการ {counts.lines:,} รายการเงิน "
        f"{counts.linkages:,} ความเชื่อมโยง · Made-up data: {counts.projects:,} projects, "
        f"{counts.lines:,} budget lines, {counts.linkages:,} linkages"
    )
    megabytes = f"{result.database_size / 1e6:,.0f} MB"
    click.echo(
        f"ฐานข้อมูล {megabytes} ใช้เวลา {seconds} วินาที "
        f"· The database has {megabytes}; it took {seconds} s"
        if result.was_written
        else "มีอยู่แล้ว ไม่ได้เขียนเพิ่ม · It was there already; nothing was written"
    )


def print_notice(line: str) -> None:
    """Print a line to standard error."""
    click.echo(f"  {line}", err=True)
