"""`hub review rulings`, `hub review revoke`: list the rulings on rows, and revoke one."""

from typing import TYPE_CHECKING, Any

import click

from hub.cli.bilingual import Command
from hub.cli.console import (
    COUNT,
    by_option,
    in_database,
    iso,
    json_option,
    mark,
    option,
    print_list,
    source_argument,
    source_named,
)
from hub.cli.quarantine import format_amounts, print_settlement
from hub.settings import Settings

if TYPE_CHECKING:
    from hub.domain.sources.rulings import RecordedRuling


@click.command("rulings", cls=Command, help="รายการคำวินิจฉัย · List the rulings on rows of a source")
@source_argument(required=False)
@option(
    "--all",
    "with_ended",
    is_flag=True,
    help="รวมที่ยกเลิกหรือถูกแทนแล้ว · Also those revoked or replaced",
    show_default=False,
)
@json_option
def list_rulings(source: str | None, with_ended: bool, as_json: bool) -> None:
    """List the rulings in force, newest first."""
    from hub.services.sources.source_status import list_recorded_rulings

    print_list(
        in_database(
            lambda database: list_recorded_rulings(
                database, source, in_force=None if with_ended else True
            )
        ),
        as_json=as_json,
        describe=describe_ruling,
        lines=format_ruling,
        empty="ไม่มีคำวินิจฉัย · There is no ruling",
    )


def describe_ruling(one: "RecordedRuling") -> dict[str, Any]:
    """Return a ruling as an object of JSON; amounts are whole satang by phase."""
    return {
        "ruling": one.id,
        "version": one.version,
        "source": one.source_id,
        "kind": one.kind.value,
        "name_kind": one.decision and one.decision.kind.value,
        "name": one.name,
        "block": one.block,
        "target": one.decision and one.decision.target,
        "fiscal_years": [{"be": year.be, "ce": year.ce} for year in one.fiscal_years],
        "message_th": one.text.th,
        "message_en": one.text.en,
        "row_count": one.row_count,
        "satang": dict(one.satang),
        "by": one.by,
        "at": iso(one.at),
        "revoked_at": iso(one.revoked_at),
        "revoked_by": one.revoked_by,
        "revoke_reason": one.revoke_reason,
        "replaced_by": one.replaced_by_id,
    }


def format_ruling(one: "RecordedRuling") -> list[str]:
    """Return the lines of a ruling: what it says, what it covered, who made and who ended it."""
    text = f"{one.text.th} · {one.text.en}"
    lines = [
        f"{mark(one.revoked_at is None)} {one.id} · {one.source_id} · {text}",
        f"    {one.row_count:,} แถว · rows; {format_amounts(one.satang)}; {one.by} {iso(one.at)}",
    ]
    if one.replaced_by_id is not None:
        lines.append(
            f"    ถูกแทนด้วยคำวินิจฉัย {one.replaced_by_id} · replaced by ruling {one.replaced_by_id}"
        )
    elif one.revoked_at is not None:
        lines.append(
            f"    ยกเลิกโดย · revoked by {one.revoked_by} {iso(one.revoked_at)}: "
            f"{one.revoke_reason or '-'}"
        )
    return lines


@click.command(
    "revoke",
    cls=Command,
    help="ยกเลิกคำวินิจฉัย แล้วอ่านแถวใหม่ · Revoke a ruling and read its rows again",
)
@source_argument()
@click.argument(
    "ruling", metavar="RULING", type=COUNT, help="เลขคำวินิจฉัย · The number of the ruling"
)
@option("--reason", required=True, metavar="TEXT", help="เหตุผล · Why")
@by_option
def revoke(source: str, ruling: int, reason: str, by: str | None) -> None:
    """Revoke a ruling; answers as of an earlier time do not change."""
    from hub.services.identity.operator import operator_name
    from hub.services.sources.settle_quarantine import revoke_recorded_ruling

    settings = Settings.from_environment()
    chosen = source_named(source, settings)
    done = in_database(
        lambda database: revoke_recorded_ruling(
            database, chosen.spec, chosen.read, ruling, operator_name(by), reason
        ),
        settings,
    )
    print_settlement(done)
