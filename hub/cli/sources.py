"""`hub ingest` and `hub source`: ingest a source, list sources, check an outside system."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hub.cli.bilingual import Command, Group
from hub.cli.console import (
    COUNT,
    Progress,
    in_database,
    iso,
    json_option,
    option,
    print_json,
    print_line,
    print_list,
    source_argument,
    source_named,
)
from hub.errors import NotFound
from hub.settings import Settings

if TYPE_CHECKING:
    from connectors.kit.check_result import CheckResult
    from hub.domain.sources.ledger import Ledger
    from hub.ingest.run import RunResult
    from hub.services.sources.list_sources import ListedSource
    from hub.store.database import Database


@click.command(cls=Command, help="นำเข้าแหล่งข้อมูล · Ingest a source")
@source_argument()
@option("--from", "origin", metavar="FILE|URL", help="อ่านจากไฟล์หรือที่อยู่นี้ · Read this file or address")
@option(
    "--mapping",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="ลองไฟล์จับคู่คอลัมน์ · Try a file that maps columns",
)
@option(
    "--whole",
    is_flag=True,
    show_default=False,
    help="อ่านทั้งหมด ไม่ใช่เฉพาะที่เปลี่ยน · Read everything, not only changes",
)
@option("--dry-run", is_flag=True, show_default=False, help="ไม่บันทึก · Write nothing")
def ingest(
    source: str, origin: str | None, mapping: Path | None, whole: bool, dry_run: bool
) -> None:
    """Ingest a source and print its ledger; exit code 1 when the ledger does not balance."""
    from connectors.registry import load_mapping_file
    from hub.cli.source_input import resolve_input
    from hub.domain.time import BANGKOK
    from hub.ingest.run import ingest
    from hub.services.sources.report import format_ledger

    settings = Settings.from_environment()
    chosen = (
        source_named(source, settings)
        if mapping is None
        else load_mapping_file(mapping, source, settings.sources_dir, dry=dry_run)
    )
    source_input = resolve_input(chosen, origin, settings)

    async def _run(database: "Database") -> "RunResult":
        return await ingest(
            database,
            chosen.spec,
            chosen.read,
            source_input,
            dry=dry_run,
            whole=whole,
            progress=progress,
        )

    with Progress() as progress:
        done = in_database(_run, settings)
    if done.resumed:
        print_line("ทำต่อจากรอบที่ค้าง · Resumed an interrupted run")
    if done.request.since is not None:
        since = done.request.since.astimezone(BANGKOK).isoformat(timespec="seconds")
        print_line(f"อ่านเฉพาะที่เปลี่ยนตั้งแต่ {since} · Read only changes since {since}")
    if dry_run:
        print_line("ลองเท่านั้น ไม่ได้บันทึก · Dry run: nothing was written")
    click.echo(format_ledger(done.ledger))
    for project in done.retained_projects:
        print_line(f"คงไว้เพราะมีความเชื่อมโยง · Kept because it is linked: {project}")
    if not done.ledger.balanced:
        raise click.exceptions.Exit(1)


@click.group(cls=Group, help="ดูและตรวจแหล่งข้อมูล · List, show and check sources")
def source() -> None:
    """Group the commands of sources."""


@source.command("list", help="รายการแหล่งข้อมูลและสถานะ · List the sources with their status")
@json_option
def list_sources(as_json: bool) -> None:
    """List the sources."""
    print_list(
        in_database(list_stored_sources),
        as_json=as_json,
        describe=describe_source,
        lines=format_source,
        empty="ยังไม่มีแหล่งข้อมูล · There is no source",
    )


@source.command("show", help="รายละเอียดแหล่งข้อมูลและรอบนำเข้าล่าสุด · Show a source and its latest run")
@source_argument()
@json_option
def show(source: str, as_json: bool) -> None:
    """Show a source, with the ledger of its latest run."""
    found = [one for one in in_database(list_stored_sources) if one.spec.id == source]
    if not found:
        raise NotFound(
            f"ไม่มีแหล่งข้อมูล {source} ดูรายการด้วย hub source list "
            f"· There is no source {source}; hub source list shows them"
        )
    run = found[0].status.latest_run
    if as_json:
        print_json({**describe_source(found[0]), "ledger": run and describe_ledger(run.ledger)})
        return
    for line in format_source(found[0]):
        click.echo(line)
    if run is not None:
        from hub.services.sources.report import format_ledger

        click.echo(format_ledger(run.ledger))


async def list_stored_sources(database: "Database") -> list["ListedSource"]:
    """Return every source the database has, of the hub, the operator and the sandbox."""
    from hub.bootstrap.sources import load_configured_connectors
    from hub.sandbox.fill import load_sandbox_sources
    from hub.sandbox.nation.declaration import SOURCE_ID, load_nation_source
    from hub.services.sources.list_sources import list_sources

    generated = {**load_sandbox_sources(), SOURCE_ID: load_nation_source()}
    declared = {**generated, **load_configured_connectors(Settings.from_environment())}
    specs = [one.spec for one in declared.values()]
    return await list_sources(database, specs)


def describe_source(one: "ListedSource") -> dict[str, Any]:
    """Return a source as an object of JSON."""
    run = one.status.latest_run
    return {
        "id": one.spec.id,
        "title_th": one.spec.title.th,
        "title_en": one.spec.title.en,
        "transport": one.spec.transport.value,
        "cadence": one.spec.cadence.value,
        "health": one.status.source.health.value,
        "last_success_at": iso(one.status.source.last_success_at),
        "latest_run": run
        and {
            "id": run.id,
            "status": run.status.value,
            "started_at": iso(run.started_at),
            "finished_at": iso(run.finished_at),
            "error": run.error,
        },
        "records": one.status.record_count,
        "fiscal_years": [{"be": year.be, "ce": year.ce} for year in one.status.years],
        "waiting": one.status.waiting_count,
        "problem": one.problem,
    }


def describe_ledger(ledger: "Ledger") -> dict[str, Any]:
    """Return a ledger as an object of JSON; amounts are whole satang by phase."""
    return {
        "read": ledger.read,
        "vanished": ledger.vanished,
        "balanced": ledger.balanced,
        "records": {one.outcome.value: one.records for one in ledger.outcomes},
        "satang_read": {phase.value: n for phase, n in ledger.satang_read.items()},
        "satang": {
            outcome.value: {phase.value: n for phase, n in sums.items()}
            for outcome, sums in ledger.satang.items()
        },
        "vanished_waiting": ledger.vanished_waiting,
        "vanished_without_amount": ledger.vanished_without_amount,
        "finer_than_satang": ledger.finer_than_satang,
        "refused_by": dict(ledger.refused_by),
        "satang_vanished": {phase.value: n for phase, n in ledger.satang_vanished.items()},
        "without_amount": {
            one.outcome.value: one.without_amount for one in ledger.outcomes if one.without_amount
        },
    }


def format_source(one: "ListedSource") -> list[str]:
    """Return the lines of a source: its title, its latest run, what is stored, what is wrong."""
    found = [f"{one.spec.id}: {one.spec.title.th} · {one.spec.title.en}"]
    status, run = one.status, one.status.latest_run
    if run is None:
        found.append("    ยังไม่เคยนำเข้า · never ingested")
    else:
        at = status.source.last_success_at
        when = at.isoformat(timespec="minutes") if at else "ยังไม่เคยสำเร็จ · never"
        stored = f"{status.record_count:,} ระเบียน · records"
        if status.years:
            first, last = status.years[0], status.years[-1]
            stored += f", พ.ศ. {first.be}–{last.be} ({first.ce}–{last.ce})"
        health = f"{status.source.health.value}; {run.status.value}"
        found.append(f"    {health}; สำเร็จล่าสุด · last success {when}")
        found.append(f"    {stored}; รอตรวจ · in quarantine {status.waiting_count:,}")
        if run.error:
            found.append(f"    {run.error}")
    if one.problem:
        found.append(f"    ต้องแก้ไข · must be fixed: {one.problem}")
    return found


@source.command(
    "check",
    help="ตรวจระบบตามสัญญาข้อมูลต้นทาง · Check a system against docs/source-contract.yaml",
)
@click.argument("url", metavar="URL", help="ที่อยู่ของรายการโครงการ · The address of its projects")
@option("--token-url", metavar="URL", help="ที่ขอโทเค็น · The token endpoint")
@option("--client-id", metavar="ID", help="รหัสไคลเอนต์ · The client id")
@option(
    "--secret",
    metavar="NAME",
    help="ชื่อของความลับ ไม่ใช่ตัวความลับ · The name of the secret, not its value",
)
@option(
    "--secret-in-body",
    is_flag=True,
    show_default=False,
    help="ส่งรหัสลับในเนื้อหาคำขอ · Send the secret in the body (client_secret_post)",
)
@option("--scope", metavar="SCOPE", help="ขอบเขต · The scope")
@option("--resource", metavar="URI", help="ทรัพยากร · The resource (RFC 8707)")
@option(
    "--pages", type=COUNT, default=20, metavar="NUMBER", help="หน้าที่อ่านอย่างมาก · Pages read at most"
)
@json_option
def check(
    url: str,
    token_url: str | None,
    client_id: str | None,
    secret: str | None,
    secret_in_body: bool,
    scope: str | None,
    resource: str | None,
    pages: int,
    as_json: bool,
) -> None:
    """Check a system point by point; exit code 1 when it violates one."""
    from connectors.kit.check_result import CheckStatus
    from connectors.kit.contract_check import ConformanceCheck, create_check_credentials

    credentials = create_check_credentials(
        url,
        Settings.from_environment().read_secret,
        token_url=token_url,
        client_id=client_id,
        secret=secret,
        secret_in_body=secret_in_body,
        scope=scope,
        resource=resource,
    )
    marks = {CheckStatus.PASSED: "✓", CheckStatus.FAILED: "✗", CheckStatus.UNTESTED: "–"}

    async def _run() -> list["CheckResult"]:
        found = []
        async for point in ConformanceCheck(url, credentials, max_pages=pages).run_checks():
            found.append(point)
            if not as_json:
                print_line(f"{marks[point.status]} {point.th} · {point.en}")
                for th, en in point.violations:
                    print_line(f"    {th} · {en}")
        return found

    points = asyncio.run(_run())
    if as_json:
        print_json(
            [
                {
                    "state": point.status.value,
                    "th": point.th,
                    "en": point.en,
                    "faults": [{"th": th, "en": en} for th, en in point.violations],
                }
                for point in points
            ]
        )
    if any(point.status is CheckStatus.FAILED for point in points):
        raise click.exceptions.Exit(1)
