"""The content of plan versions as one value each, assembled from the rows of its tables.

The caller has checked that the versions may be read.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

import asyncpg
import sqlalchemy as sa

from hub.domain.agencies import ActorLevel
from hub.domain.plan_content import (
    AlignmentContent,
    AlignmentKind,
    BudgetRoute,
    GoalContent,
    IndicatorContent,
    IssueContent,
    ItemContent,
    PlanContent,
    PlanSectionKind,
    ResponsibilityContent,
    SectionContent,
    StrategyContent,
    TargetContent,
)
from hub.domain.text import LocalizedText
from hub.domain.time import FiscalYear
from hub.store.issue_wordings import UNRANKED_POSITION
from hub.store.plan_statements import (
    ALIGNMENTS_BY_VERSION,
    ELEMENTS_BY_VERSION,
    IDS,
    SECTIONS_BY_VERSION,
    TARGETS_BY_VERSION,
)
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import localized_text_of
from hub.store.tables import issue_revision, plan_item, stage
from hub.store.tables.plan_content import ElementKind

ISSUES_BY_VERSION: Final = (
    sa.select(issue_revision)
    .where(issue_revision.c.version_id == sa.any_(IDS))
    .order_by(
        issue_revision.c.version_id,
        sa.func.coalesce(issue_revision.c.rank, UNRANKED_POSITION),
        issue_revision.c.sort_key,
        issue_revision.c.issue_id,
    )
)
ITEMS_WITH_STAGE: Final = (
    sa.select(plan_item, stage.c.code.label("stage_code"))
    .join(stage, stage.c.id == plan_item.c.stage_id, isouter=True)
    .where(plan_item.c.version_id == sa.any_(IDS))
    .order_by(plan_item.c.version_id, plan_item.c.ordinal, plan_item.c.id)
)

Rows = dict[str, list[asyncpg.Record]]


async def fetch_contents(
    transaction: ReadTransaction, version_ids: Sequence[str]
) -> dict[str, PlanContent]:
    """Return the content of each version, without its vision: six statements for all of them."""
    by_version: list[Rows] = []
    for statement in (
        ISSUES_BY_VERSION,
        ELEMENTS_BY_VERSION,
        TARGETS_BY_VERSION,
        ALIGNMENTS_BY_VERSION,
        SECTIONS_BY_VERSION,
        ITEMS_WITH_STAGE,
    ):
        rows = await transaction.fetch_rows(statement, ids=list(set(version_ids)))
        by_version.append(group_by(rows, "version_id"))
    return {
        version_id: build_content(*(rows.get(version_id, []) for rows in by_version))
        for version_id in version_ids
    }


def group_by(rows: Iterable[asyncpg.Record], column: str) -> dict[Any, list[asyncpg.Record]]:
    """Return rows by the value of a column, in their order."""
    groups: dict[Any, list[asyncpg.Record]] = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    return groups


def build_content(
    issues: list[asyncpg.Record],
    elements: list[asyncpg.Record],
    targets: list[asyncpg.Record],
    alignments: list[asyncpg.Record],
    sections: list[asyncpg.Record],
    items: list[asyncpg.Record],
) -> PlanContent:
    """Return the content of one version from its rows, each in the order of the plan."""
    targets_of = group_by(targets, "indicator_id")
    alignments_of = group_by(alignments, "issue_id")
    indicators_of: dict[str, list[IndicatorContent]] = defaultdict(list)
    goals_of: dict[str | None, list[GoalContent]] = defaultdict(list)
    strategies_of: dict[str, list[StrategyContent]] = defaultdict(list)
    for row in elements:
        if row["kind"] == ElementKind.INDICATOR.name:
            indicators_of[row["goal_id"]].append(indicator_of(row, targets_of.get(row["id"], [])))
    for row in elements:
        name = localized_text_of(row, "name")
        if row["kind"] == ElementKind.GOAL.name:
            indicators = tuple(indicators_of[row["id"]])
            goals_of[row["issue_id"]].append(GoalContent(row["id"], name, row["code"], indicators))
        elif row["kind"] == ElementKind.STRATEGY.name:
            strategies_of[row["issue_id"]].append(StrategyContent(row["id"], name))
    codes = {row["issue_id"]: row["code"] for row in issues}
    return PlanContent(
        sections=tuple(
            SectionContent(PlanSectionKind(row["kind"]), localized_text_of(row, "text"))
            for row in sections
        ),
        issues=tuple(
            IssueContent(
                id=row["issue_id"],
                code=row["code"],
                name=localized_text_of(row, "name"),
                rank=row["rank"],
                theme=row["theme"],
                chain=row["chain_id"],
                rank_basis=row["rank_basis"],
                aligned_to=tuple(map(alignment_of, alignments_of.get(row["issue_id"], []))),
                goals=tuple(goals_of[row["issue_id"]]),
                strategies=tuple(strategies_of[row["issue_id"]]),
            )
            for row in issues
        ),
        goals=tuple(goals_of[None]),
        items=tuple(item_content_of(row, codes.get(row["issue_id"])) for row in items),
    )


def indicator_of(row: asyncpg.Record, targets: Iterable[asyncpg.Record]) -> IndicatorContent:
    """Return the indicator of a row, with its targets."""
    return IndicatorContent(
        id=row["id"],
        name=localized_text_of(row, "name"),
        code=row["code"],
        unit=row["unit"],
        targets=tuple(
            TargetContent(
                FiscalYear(one["fiscal_year"]),
                one["value"],
                localized_text_of(one, "text") if one["text_th"] else None,
            )
            for one in targets
        ),
        owners=tuple(row["owner_ids"] or ()),
    )


def alignment_of(row: asyncpg.Record) -> AlignmentContent:
    """Return the alignment of a row."""
    return AlignmentContent(
        AlignmentKind(row["kind"]),
        localized_text_of(row, "text"),
        row["element"],
        row["citation"],
    )


def item_content_of(row: asyncpg.Record, issue_code: str | None) -> ItemContent:
    """Return the item of a row; `issue_code` is the code of its issue in the version."""
    return ItemContent(
        id=row["id"],
        name=localized_text_of(row, "name"),
        project=row["project_id"],
        detail=localized_text_of(row, "detail") if row["detail_th"] else None,
        issue_code=issue_code,
        stage=row["stage_code"],
        executor=ActorLevel(row["executor"]) if row["executor"] else None,
        responsible=row["responsible_id"],
        province=row["province_id"],
        responsibilities=tuple(
            ResponsibilityContent(one["agency"], LocalizedText(one["th"], one.get("en")))
            for one in json.loads(row["responsibilities"] or "[]")
        ),
        route=BudgetRoute(row["route"]) if row["route"] else None,
        planned=row["planned_satang"],
    )
