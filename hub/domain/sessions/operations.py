"""The operations of proposals, and how they are stored.

An operation names what it changes by id and by the version that its proposal was made for, so that
it is refused if that has changed since.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any, Final

from hub.domain.agencies import ActorLevel
from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.record import value
from hub.domain.sessions.kinds import OperationKind

TARGET_TYPES: Final[Mapping[OperationKind, str]] = {
    OperationKind.LINKAGE_ADD: "Project",
    OperationKind.LINKAGE_REMOVE: "Linkage",
    OperationKind.LINKAGE_MOVE: "Linkage",
    OperationKind.SHARE_SET: "Linkage",
    OperationKind.LEAD_SET: "Project",
    OperationKind.BUDGET_SET: "Project",
    OperationKind.PROJECT_MERGE: "Project",
    OperationKind.INDICATOR_SHARE: "Indicator",
    OperationKind.FINDING_SETTLE: "Finding",
}
"""The type of what an operation changes; a gap is no record."""


@value
class GapPlace:
    """The place of a gap: area, issue, stage, row (level or agency) and fiscal years (CE)."""

    area_id: str | None
    issue_id: str | None
    stage_id: str | None
    actor_level: ActorLevel | None
    agency_id: str | None
    first_year: int
    last_year: int


@value
class ProposedOperation:
    """One operation, with its target and what it sets; other fields are null.

    `target_id` is the local id of a project, linkage, indicator or finding (null: a gap).
    LINKAGE_ADD: `issue_id`, `stage_id`, `share`, `text` (the reason). LINKAGE_MOVE: the new
    `issue_id` and `stage_id`. SHARE_SET: `share` (null: unknown). LEAD_SET: `agency_ids`, one.
    BUDGET_SET: `fiscal_year` (CE), `phase`, `funding`, `area_id`, `satang`. PROJECT_MERGE:
    `other_id` is counted as the target. INDICATOR_SHARE: `agency_ids`. GAP_TAKE: `place`,
    `cell` (key of the cell, if it was named so), `agency_ids` (who takes it), `text`, `due_on`.
    FINDING_SETTLE: `text`.
    """

    kind: OperationKind
    target_id: str | None = None
    target_version: int | None = None
    project_id: str | None = None
    issue_id: str | None = None
    stage_id: str | None = None
    share: Decimal | None = None
    agency_ids: tuple[str, ...] = ()
    fiscal_year: int | None = None
    phase: BudgetPhase | None = None
    funding: FundingSource | None = None
    area_id: str | None = None
    satang: int | None = None
    other_id: str | None = None
    other_version: int | None = None
    place: GapPlace | None = None
    cell: str | None = None
    text: str | None = None
    due_on: date | None = None
    before: str | None = None
    before_satang: int | None = None
    cells: tuple[str, ...] = ()


@value
class RequiredAgency:
    """An agency that must accept, why (Thai, English), and who may accept for it.

    `acting_ids` are the agency itself and those that may act for it.
    """

    agency_id: str
    th: str
    en: str
    acting_ids: tuple[str, ...]


ENUMS: Final[Mapping[str, Any]] = {
    "kind": OperationKind,
    "phase": BudgetPhase,
    "funding": FundingSource,
    "actor_level": ActorLevel,
}


def dump_operations(operations: Sequence[ProposedOperation]) -> list[dict[str, Any]]:
    """Return operations as JSON values, without fields that are null or empty."""
    return [dump_value(one) for one in operations]


def dump_value(one: ProposedOperation | GapPlace | RequiredAgency) -> dict[str, Any]:
    """Return a value as a JSON object, without fields that are null or empty."""
    dumped: dict[str, Any] = {}
    for name in (field.name for field in fields(one)):
        content = getattr(one, name)
        if content is None or content == ():
            continue
        if isinstance(content, GapPlace):
            dumped[name] = dump_value(content)
        elif name in ENUMS:
            dumped[name] = content.value
        elif isinstance(content, date | Decimal):
            dumped[name] = str(content)
        else:
            dumped[name] = list(content) if isinstance(content, tuple) else content
    return dumped


def parse_operations(stored: Sequence[Mapping[str, Any]]) -> list[ProposedOperation]:
    """Return operations from JSON values."""
    return [parse_operation(one) for one in stored]


def parse_operation(stored: Mapping[str, Any]) -> ProposedOperation:
    """Return an operation from a JSON object."""
    parsed: dict[str, Any] = {}
    for name, content in stored.items():
        match name:
            case "place":
                parsed[name] = parse_place(content)
            case "share":
                parsed[name] = Decimal(content)
            case "due_on":
                parsed[name] = date.fromisoformat(content)
            case _ if name in ENUMS:
                parsed[name] = ENUMS[name](content)
            case _:
                parsed[name] = tuple(content) if isinstance(content, list) else content
    return ProposedOperation(**parsed)


def parse_place(stored: Mapping[str, Any]) -> GapPlace:
    """Return the place of a gap from a JSON object."""
    level = stored.get("actor_level")
    return GapPlace(
        stored.get("area_id"),
        stored.get("issue_id"),
        stored.get("stage_id"),
        ActorLevel(level) if level else None,
        stored.get("agency_id"),
        stored["first_year"],
        stored["last_year"],
    )


def parse_required(stored: Sequence[Mapping[str, Any]]) -> list[RequiredAgency]:
    """Return parties from JSON values."""
    return [
        RequiredAgency(one["agency_id"], one["th"], one["en"], tuple(one["acting_ids"]))
        for one in stored
    ]
