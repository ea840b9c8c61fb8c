"""`hub demo`: a local agency with generated data, and a hub filled from it."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from hub.cli.bilingual import Command, Group
from hub.cli.console import COUNT, Progress, in_database, option, print_line, until_stopped

if TYPE_CHECKING:
    from hub.sandbox.agency import SandboxAgency
    from hub.store.database import Database


class FaultsCommand(Command):
    """A command whose help lists the faults of the local agency."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of faults."""
        from hub.sandbox.faults import FAULT_DESCRIPTIONS

        with formatter.section("ความผิดปกติ · FAULT"):
            formatter.write_dl(list(FAULT_DESCRIPTIONS.items()))


def agency_options(callback: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how large the local agency is and which faults it has."""
    for add in (
        option(
            "--fault",
            "faults",
            multiple=True,
            metavar="FAULT[xTIMES][@PAGE]",
            help="ความผิดปกติ ใส่ซ้ำได้ · A fault; repeatable",
        ),
        option(
            "--seed", type=int, default=1, metavar="NUMBER", help="ชุดข้อมูล · The seed of the data"
        ),
        option(
            "--records",
            type=COUNT,
            default=1000,
            metavar="NUMBER",
            help="ระเบียนต่อ API · Records per API",
        ),
    ):
        callback = add(callback)
    return callback


def local_agency(
    records: int, seed: int, faults: tuple[str, ...], lifetime: int = 3600
) -> "SandboxAgency":
    """Return the local agency that the options describe; its tokens live `lifetime` seconds."""
    from hub.sandbox.agency import SandboxAgency
    from hub.sandbox.faults import Fault
    from hub.sandbox.records import GeneratedRecords

    return SandboxAgency(
        GeneratedRecords(records, seed), [Fault.parse(text) for text in faults], lifetime
    )


@click.group(cls=Group, help="เติมและให้บริการข้อมูลทดลอง · Fill in and serve made-up data")
def demo() -> None:
    """Group the commands of the local agency."""


@demo.command(
    "fill",
    cls=FaultsCommand,
    help="เติมข้อมูลทดลองจากหน่วยงานทดลอง · Fill the hub with made-up data of a local agency",
)
@agency_options
def fill(records: int, seed: int, faults: tuple[str, ...]) -> None:
    """Ingest the sources of a local agency; exit code 1 when one was not ingested whole.

    The hub of this data folder may run meanwhile.
    """
    from hub.domain.sources.ledger import Ledger
    from hub.domain.time import BANGKOK
    from hub.sandbox.fill import fill_database
    from hub.sandbox.fill_plans import fill_plans
    from hub.services.sources.report import format_ledger

    agency = local_agency(records, seed, faults)

    async def _run(database: "Database") -> bool:
        whole = True
        # Plans first: projects declare linkages to their issues.
        plans = await fill_plans(database, agency, datetime.now(BANGKOK).date())
        async for one in fill_database(database, agency, progress):
            progress.end()
            click.echo(f"{one.spec.id}: {one.spec.title.th} · {one.spec.title.en}")
            text = one.error.message if one.error else format_ledger(one.ledger or Ledger())
            click.echo(f"{text}\n")
            whole = whole and one.ledger is not None and one.ledger.balanced
        click.echo(
            f"แผนทดลอง: เพิ่ม {plans.stored:,} มีอยู่แล้ว {plans.unchanged:,} "
            f"· made-up plans: {plans.stored:,} stored, {plans.unchanged:,} there already"
        )
        return whole

    with Progress() as progress:
        whole = in_database(_run)
    if not whole:
        raise click.exceptions.Exit(1)


@demo.command(
    "sandbox",
    cls=FaultsCommand,
    help="เปิดหน่วยงานทดลองจนกว่าจะหยุดด้วย Ctrl-C · Serve a local agency until Ctrl-C",
)
@agency_options
@option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8100,
    metavar="NUMBER",
    help="พอร์ต 0 ให้ระบบเลือก · The port; 0: any",
)
@option(
    "--lifetime",
    type=COUNT,
    default=3600,
    metavar="SECONDS",
    help="อายุโทเค็น วินาที · The lifetime of a token in seconds",
)
@until_stopped
def sandbox(records: int, seed: int, faults: tuple[str, ...], port: int, lifetime: int) -> None:
    """Serve a local agency until stopped."""
    from hub.sandbox.server import serve_sandbox

    serve_sandbox(local_agency(records, seed, faults, lifetime), port, print_line)
