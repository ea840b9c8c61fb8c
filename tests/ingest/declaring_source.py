"""A made-up source of a ministry whose records declare linkages and state strategies."""

from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from connectors.kit.declared_linkages import list_strategies, parse_linkages
from hub.domain.identity.viewer import Viewer
from hub.domain.linkages import Linkage
from hub.domain.sources.columns import Columns
from hub.domain.sources.records import RawRecord, SourceEntry
from hub.domain.sources.rulings import QuarantineSettlement, Ruling
from hub.domain.sources.spec import SourceSpec
from hub.ingest.run import RunResult, ingest
from hub.services.sources.settle_quarantine import settle_quarantine
from hub.store.database import Database
from hub.store.unit_of_work import UnitOfWork
from tests.ingest.made_up_source import SPEC, Row, build_input, build_row, read
from tests.services.linkages.both_sides import SCOPES

DECLARING_SPEC: Final = replace(
    SPEC,
    columns=Columns.from_names(
        SPEC.columns.required,
        SPEC.columns.optional
        | {"strategy", "linkages"}
        | {
            f"linkages.{name}"
            for name in ("area", "fiscal_year_be", "issue_code", "stage_code", "share")
        },
        frozenset(),
    ),
)
INTERIOR: Final = Viewer("interior", "ministry:15", SCOPES, client_id="interior")
LINKAGE_IDS: Final = (
    "select linkage.id from linkage join project on project.id = project_id "
    "where source_id = 'made_up' order by source_key, issue_id, linkage.stage_id nulls first"
)
WAITING: Final = (
    "select source_key, part, doubt ->> 'reason' as reason, doubt ->> 'field' as field, "
    "doubt ->> 'written' as written "
    "from quarantine cross join jsonb_array_elements(doubts) doubt "
    "where status = 'WAITING' order by 1, 3, 5"
)


def read_declaring(raw: RawRecord, spec: SourceSpec) -> SourceEntry:
    """Parse a record as of the made-up source, with its linkages and its strategy."""
    entry = read(raw, spec)
    declared = parse_linkages(raw.payload.get("linkages"), spec.era)
    return replace(
        entry,
        linkages=declared.linkages,
        linkage_doubts=declared.doubts,
        strategies=list_strategies(raw.payload, ("strategy",)),
    )


def build_linkage(issue: str = "1", **more: Any) -> dict[str, Any]:
    """Return a linkage to an issue of Chon Buri's plan of FY 2566, as a record declares it."""
    return {"area": "20", "fiscal_year_be": 2566, "issue_code": issue, **more}


def build_declaring(number: int | str, *linkages: dict[str, Any], **more: Any) -> Row:
    """Return a record that declares linkages."""
    return build_row(number, linkages=list(linkages), **more)


async def run_declaring(database: Database, *rows: Row, **options: Any) -> RunResult:
    """Read rows as one page."""
    source_input = build_input(list(rows), **options)
    return await ingest(database, DECLARING_SPEC, read_declaring, source_input)


async def list_declared(database: Database) -> list[Linkage]:
    """Return the linkages of the source's projects, by record, issue and stage."""
    ids = [row["id"] for row in await database.pool.fetch(LINKAGE_IDS)]
    async with database.read_transaction() as transaction:
        found = await UnitOfWork(transaction, INTERIOR).linkages.by_id(ids)
    return [found[key] for key in ids]


async def list_waiting(database: Database) -> list[tuple[str, ...]]:
    """Return key, part, reason and written value of each doubt that waits."""
    rows = await database.pool.fetch(WAITING)
    return [(row["source_key"], row["part"], row["reason"], row["written"]) for row in rows]


async def list_conflicts(database: Database) -> list[str]:
    """Return the linkages that findings of conflicting sources are about."""
    rows = await database.pool.fetch(
        "select finding.id from finding join finding_subject on finding_id = finding.id "
        "where kind = 'CONFLICTING_SOURCES' order by 1"
    )
    return [row["id"].removeprefix("declared-") for row in rows]


def shares(linkages: list[Linkage]) -> list[Decimal | None]:
    """Return the shares of linkages."""
    return [one.share for one in linkages]


async def rule_on_declared(database: Database, ruling: Ruling) -> QuarantineSettlement:
    """Apply a ruling to what waits of the source."""
    return await settle_quarantine(database, DECLARING_SPEC, read_declaring, ruling, "somsri")


async def list_row_ids(database: Database) -> tuple[int, ...]:
    """Return the ids of waiting rows."""
    rows = await database.pool.fetch("select id from quarantine where status = 'WAITING'")
    return tuple(row["id"] for row in rows)
