"""Records of rows of the content of plan versions."""

import json
from datetime import datetime

import asyncpg

from hub.domain.agencies import ActorLevel
from hub.domain.money import Money
from hub.domain.plan_content import BudgetRoute
from hub.domain.plan_elements import Goal, Indicator, PlanItem, Responsibility, Strategy
from hub.domain.text import LocalizedText
from hub.store.rows import localized_text_of
from hub.store.tables.plan_content import ElementKind


def element_of(
    row: asyncpg.Record, created_at: datetime, at: datetime | None
) -> Goal | Indicator | Strategy:
    """Return the goal, indicator or strategy of a row; `created_at` is its version's."""
    common = (
        row["id"],
        row["version_id"],
        row["issue_id"],
        row["code"],
        localized_text_of(row, "name"),
        at,
        created_at,
    )
    if row["kind"] == ElementKind.GOAL.name:
        return Goal(*common)
    if row["kind"] == ElementKind.STRATEGY.name:
        return Strategy(*common)
    return Indicator(*common, row["goal_id"], row["unit"], list(row["owner_ids"] or ()))


def item_of(row: asyncpg.Record, created_at: datetime, at: datetime | None) -> PlanItem:
    """Return the item of a row; `created_at` is its version's."""
    responsibilities = json.loads(row["responsibilities"] or "[]")
    return PlanItem(
        id=row["id"],
        version_id=row["version_id"],
        name=localized_text_of(row, "name"),
        detail=localized_text_of(row, "detail") if row["detail_th"] else None,
        project_id=row["project_id"],
        issue_id=row["issue_id"],
        stage_id=row["stage_id"],
        executor=ActorLevel(row["executor"]) if row["executor"] else None,
        responsible_id=row["responsible_id"],
        province_id=row["province_id"],
        responsibilities=[
            Responsibility(one["agency"], LocalizedText(one["th"], one.get("en")))
            for one in responsibilities
        ],
        budget_route=BudgetRoute(row["route"]) if row["route"] else None,
        planned=None if row["planned_satang"] is None else Money(row["planned_satang"]),
        ordinal=row["ordinal"],
        as_of_time=at,
        updated_at=created_at,
    )
