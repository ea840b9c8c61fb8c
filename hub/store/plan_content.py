"""Statements about the content of plan versions.

Callers pass the ids of versions that the viewer may see (`Plans.versions_by_id`); the tables of
content are read by version alone. A look-up by the id of an element reads its latest visible
version.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from hub.domain.identity.viewer import Viewer
from hub.domain.paging import Connection, PageRequest
from hub.domain.plan_content import AlignmentKind, BudgetRoute, PlanContent, PlanSectionKind
from hub.domain.plan_elements import (
    Alignment,
    ElementsOfVersions,
    Goal,
    Indicator,
    PlanGrade,
    PlanItem,
    PlanSection,
    Strategy,
    Target,
)
from hub.domain.plans import PlanVersion
from hub.domain.reported_counts import Grade
from hub.domain.text import LocalizedText
from hub.domain.time import FiscalYear
from hub.store.paging import build_connections
from hub.store.plan_assembly import fetch_contents
from hub.store.plan_rows import element_of, item_of
from hub.store.plan_statements import (
    ALIGNMENTS_BY_VERSION,
    ELEMENTS_BY_VERSION,
    GRADES_BY_VERSION,
    IDS,
    SECTIONS_BY_VERSION,
    TARGETS_BY_VERSION,
)
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import is_one_of, localized_text_of, paginate_by_group
from hub.store.tables import (
    plan_element,
    plan_item,
    plan_version,
)
from hub.store.visibility import is_visible, unpublished_columns


@lru_cache(maxsize=256)
def latest_rows(viewer: Viewer, table: sa.Table, type_name: str) -> sa.Select[Any]:
    """Return the statement for elements `ids` in the latest version of each that is visible."""
    return (
        sa.select(
            table,
            plan_version.c.created_at,
            *unpublished_columns(type_name, table.c.id, plan_version, viewer),
        )
        .join(plan_version, plan_version.c.id == table.c.version_id)
        .where(table.c.id == sa.any_(IDS), is_visible(plan_version, viewer))
        .ext(distinct_on(table.c.id))
        .order_by(table.c.id, plan_version.c.number.desc())
    )


class PlanContents:
    """The content of plan versions in one request's snapshot."""

    def __init__(self, transaction: ReadTransaction, viewer: Viewer) -> None:
        self._transaction = transaction
        self._viewer = viewer

    async def elements(
        self, versions: Mapping[str, tuple[datetime, datetime | None]]
    ) -> ElementsOfVersions:
        """Return the elements of versions: by version its creation and the instant of reading."""
        rows = await self._transaction.fetch_rows(ELEMENTS_BY_VERSION, ids=list(versions))
        return ElementsOfVersions.sort(
            element_of(row, *versions[row["version_id"]]) for row in rows
        )

    async def items_by_version(
        self,
        versions: Mapping[str, tuple[datetime, datetime | None]],
        page: PageRequest,
        issue_id: str | None = None,
        routes: Sequence[BudgetRoute] | None = None,
    ) -> dict[str, Connection[PlanItem]]:
        """Return the same page of the items of each version, in the order of the plan."""
        statement = sa.select(plan_item).where(plan_item.c.version_id == sa.any_(IDS))
        if issue_id is not None:
            statement = statement.where(plan_item.c.issue_id == issue_id)
        if routes is not None:
            statement = statement.where(is_one_of(plan_item.c.route, [one.name for one in routes]))
        order = [plan_item.c.ordinal, plan_item.c.id]
        rows = await self._transaction.fetch_rows(
            paginate_by_group(statement, plan_item.c.version_id, page, order), ids=list(versions)
        )
        return build_connections(
            list(versions),
            rows,
            page,
            lambda row: item_of(row, *versions[row["version_id"]]),
            lambda item: (item.ordinal, item.id),
        )

    async def contents(self, versions: Sequence[PlanVersion]) -> dict[str, PlanContent]:
        """Return the whole content of versions that the viewer may see, by id."""
        found = await fetch_contents(self._transaction, [one.id for one in versions])
        return {one.id: replace(found[one.id], vision=one.vision) for one in versions}

    async def goals_by_id(self, ids: Sequence[str]) -> dict[str, Goal]:
        """Return goals by id, in the latest visible version; others are absent."""
        found = await self._elements_by_id("Goal", ids)
        return {key: one for key, one in found.items() if isinstance(one, Goal)}

    async def indicators_by_id(self, ids: Sequence[str]) -> dict[str, Indicator]:
        """Return indicators by id, in the latest visible version; others are absent."""
        found = await self._elements_by_id("Indicator", ids)
        return {key: one for key, one in found.items() if isinstance(one, Indicator)}

    async def strategies_by_id(self, ids: Sequence[str]) -> dict[str, Strategy]:
        """Return strategies by id, in the latest visible version; others are absent."""
        found = await self._elements_by_id("Strategy", ids)
        return {key: one for key, one in found.items() if isinstance(one, Strategy)}

    async def _elements_by_id(
        self, type_name: str, ids: Sequence[str]
    ) -> dict[str, Goal | Indicator | Strategy]:
        statement = latest_rows(self._viewer, plan_element, type_name)
        rows = await self._transaction.fetch_rows(statement, ids=list(set(ids)))
        return {row["id"]: element_of(row, row["created_at"], None) for row in rows}

    async def items_by_id(self, ids: Sequence[str]) -> dict[str, PlanItem]:
        """Return items by id, in the latest visible version; others are absent."""
        statement = latest_rows(self._viewer, plan_item, "PlanItem")
        rows = await self._transaction.fetch_rows(statement, ids=list(set(ids)))
        return {row["id"]: item_of(row, row["created_at"], None) for row in rows}

    async def sections_by_version(self, ids: Sequence[str]) -> dict[str, list[PlanSection]]:
        """Return the sections of each version, in the order of the plan."""
        rows = await self._transaction.fetch_rows(SECTIONS_BY_VERSION, ids=list(set(ids)))
        return group_rows(
            rows,
            lambda row: row["version_id"],
            lambda row: PlanSection(PlanSectionKind(row["kind"]), localized_text_of(row, "text")),
        )

    async def targets_by_indicator(
        self, version_ids: Sequence[str]
    ) -> dict[tuple[str, str], list[Target]]:
        """Return the targets of indicators by version and indicator, in ascending order of year."""
        rows = await self._transaction.fetch_rows(TARGETS_BY_VERSION, ids=list(set(version_ids)))
        return group_rows(rows, lambda row: (row["version_id"], row["indicator_id"]), target_of)

    async def alignments_by_issue(
        self, version_ids: Sequence[str]
    ) -> dict[tuple[str, str], list[Alignment]]:
        """Return the alignments of issues by version and issue."""
        rows = await self._transaction.fetch_rows(ALIGNMENTS_BY_VERSION, ids=list(set(version_ids)))
        return group_rows(
            rows,
            lambda row: (row["version_id"], row["issue_id"]),
            lambda row: Alignment(
                AlignmentKind(row["kind"]),
                localized_text_of(row, "text"),
                row["element"],
                row["citation"],
            ),
        )

    async def grades_by_version(self, ids: Sequence[str]) -> dict[str, list[PlanGrade]]:
        """Return the grades of each version, in the order of their recording."""
        rows = await self._transaction.fetch_rows(GRADES_BY_VERSION, ids=list(set(ids)))
        return group_rows(
            rows,
            lambda row: row["version_id"],
            lambda row: PlanGrade(Grade(row["grade"]), row["graded_by"], row["graded_on"]),
        )


def target_of(row: asyncpg.Record) -> Target:
    """Return the target of a row; its text is the number when the plan has no other text."""
    text = localized_text_of(row, "text") if row["text_th"] else LocalizedText(f"{row['value']:f}")
    return Target(FiscalYear(row["fiscal_year"]), row["value"], text)


def group_rows(rows: Sequence[asyncpg.Record], key_of: Any, record_of: Any) -> dict[Any, list[Any]]:
    """Return the records of rows by key, in the order of the rows."""
    groups: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        groups[key_of(row)].append(record_of(row))
    return groups
