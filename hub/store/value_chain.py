"""Statements about value chains, stages and expected roles."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import asyncpg
import sqlalchemy as sa

from hub.domain.agencies import ActorLevel
from hub.domain.paging import Connection, PageRequest
from hub.domain.time import FiscalYear, FiscalYearRange
from hub.domain.value_chain import ChainPhase, ExpectedRole, Stage, StageKind, ValueChain
from hub.store.as_of import table_as_of
from hub.store.paging import fetch_page
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import localized_text_of, text_array_parameter
from hub.store.tables import chain_phase, expected_role, stage, value_chain

IDS: Final = text_array_parameter("ids")
LEVEL_ORDER: Final = {level.value: position for position, level in enumerate(ActorLevel)}


@lru_cache(maxsize=64)
def chains_by_id(at: datetime | None) -> sa.Select[Any]:
    """Return the statement for chains `ids`."""
    table = table_as_of(value_chain, at)
    return sa.select(table).where(table.c.id == sa.any_(IDS))


@lru_cache(maxsize=64)
def stages_as_of(at: datetime | None) -> sa.Subquery:
    """Return the stages of chains known at an instant."""
    table, chain_table = table_as_of(stage, at), table_as_of(value_chain, at)
    return (
        sa.select(table).join(chain_table, chain_table.c.id == table.c.chain_id).subquery("stage")
    )


@lru_cache(maxsize=64)
def expected_roles_as_of(at: datetime | None) -> sa.Subquery:
    """Return the expected roles of stages known at an instant."""
    table, stages = table_as_of(expected_role, at), stages_as_of(at)
    return sa.select(table).join(stages, stages.c.id == table.c.stage_id).subquery("role")


def stages_by_column(at: datetime | None, column: str) -> sa.Select[Any]:
    """Return the statement for stages by a column, in the order of their chains."""
    stages = stages_as_of(at)
    return (
        sa.select(stages)
        .where(stages.c[column] == sa.any_(IDS))
        .order_by(stages.c.chain_id, stages.c.ordinal, stages.c.id)
    )


def expected_roles_by_column(at: datetime | None, column: str) -> sa.Select[Any]:
    """Return the statement for expected roles by a column, in the order of the deck's rows."""
    roles = expected_roles_as_of(at)
    return (
        sa.select(roles)
        .where(roles.c[column] == sa.any_(IDS))
        .order_by(roles.c.stage_id, sa.case(LEVEL_ORDER, value=roles.c.level), roles.c.id)
    )


@lru_cache(maxsize=64)
def phases_by_chain(at: datetime | None) -> sa.Select[Any]:
    """Return the statement for the phases of chains `ids`, in the order of each chain."""
    table = table_as_of(chain_phase, at)
    return (
        sa.select(table)
        .where(table.c.chain_id == sa.any_(IDS))
        .order_by(table.c.chain_id, table.c.ordinal)
    )


def phase_of(row: asyncpg.Record) -> ChainPhase:
    """Return the phase of a row."""
    years = FiscalYearRange(FiscalYear(row["first_year"]), FiscalYear(row["last_year"]))
    return ChainPhase(
        id=row["id"],
        order=row["ordinal"],
        name=localized_text_of(row, "name"),
        fiscal_years=list(years),
        goal=localized_text_of(row, "goal") if row["goal_th"] else None,
    )


def chain_of(row: asyncpg.Record, at: datetime | None = None) -> ValueChain:
    """Return the value chain of a row; a chain's code is its id."""
    return ValueChain(
        id=row["id"],
        code=row["id"],
        name=localized_text_of(row, "name"),
        theme=row["theme"],
        template_id=row["template_id"],
        actor_levels=[ActorLevel(level) for level in row["actor_levels"]],
        as_of_time=at,
        sort_key=row["sort_key"],
        updated_at=row["known_from"],
        area_id=row["area_id"],
        version=row["version"],
    )


def stage_of(row: asyncpg.Record, at: datetime | None = None) -> Stage:
    """Return the stage of a row."""
    return Stage(
        id=row["id"],
        code=row["code"],
        chain_id=row["chain_id"],
        name=localized_text_of(row, "name"),
        group=localized_text_of(row, "group") if row["group_th"] else None,
        order=row["ordinal"],
        kind=StageKind(row["kind"]),
        as_of_time=at,
        updated_at=row["known_from"],
    )


def expected_role_of(row: asyncpg.Record, at: datetime | None = None) -> ExpectedRole:
    """Return the expected role of a row; a role's code is its id."""
    return ExpectedRole(
        id=row["id"],
        code=row["id"],
        level=ActorLevel(row["level"]),
        stage_id=row["stage_id"],
        statement=localized_text_of(row, "statement"),
        citation=row["citation"],
        as_of_time=at,
        updated_at=row["known_from"],
    )


class ValueChains:
    """Chains, stages and roles in one request's snapshot, as known at an instant (null: now)."""

    def __init__(self, transaction: ReadTransaction) -> None:
        self._transaction = transaction

    async def by_id(self, ids: Sequence[str], at: datetime | None = None) -> dict[str, ValueChain]:
        """Return the chains by code; unknown codes are absent."""
        rows = await self._transaction.fetch_rows(chains_by_id(at), ids=list(set(ids)))
        return {row["id"]: chain_of(row, at) for row in rows}

    async def page(self, page: PageRequest, *, theme: str | None) -> Connection[ValueChain]:
        """Return a page of the chains, in Thai dictionary order; `theme` null: of any theme."""
        statement: sa.Select[Any] = sa.select(value_chain)
        if theme is not None:
            statement = statement.where(value_chain.c.theme == theme)
        order = value_chain.c.sort_key, value_chain.c.id
        return await fetch_page(
            self._transaction, statement, page, order, chain_of, lambda c: (c.sort_key, c.id)
        )

    async def stages_by_id(
        self, ids: Sequence[str], at: datetime | None = None
    ) -> dict[str, Stage]:
        """Return the stages by id; unknown ids are absent."""
        rows = await self._transaction.fetch_rows(stages_by_column(at, "id"), ids=list(set(ids)))
        return {row["id"]: stage_of(row, at) for row in rows}

    async def stages_by_chain(
        self, chain_ids: Sequence[str], at: datetime | None = None
    ) -> dict[str, list[Stage]]:
        """Return the stages by chain, in the chain's order."""
        found: dict[str, list[Stage]] = defaultdict(list)
        rows = await self._transaction.fetch_rows(
            stages_by_column(at, "chain_id"), ids=list(set(chain_ids))
        )
        for row in rows:
            found[row["chain_id"]].append(stage_of(row, at))
        return found

    async def phases_by_chain(
        self, chain_ids: Sequence[str], at: datetime | None = None
    ) -> dict[str, list[ChainPhase]]:
        """Return the phases by chain, in order; a chain without phases has an empty list."""
        found: dict[str, list[ChainPhase]] = defaultdict(list)
        rows = await self._transaction.fetch_rows(phases_by_chain(at), ids=list(set(chain_ids)))
        for row in rows:
            found[row["chain_id"]].append(phase_of(row))
        return found

    async def roles_by_id(
        self, ids: Sequence[str], at: datetime | None = None
    ) -> dict[str, ExpectedRole]:
        """Return the expected roles by id; unknown ids are absent."""
        rows = await self._transaction.fetch_rows(
            expected_roles_by_column(at, "id"), ids=list(set(ids))
        )
        return {row["id"]: expected_role_of(row, at) for row in rows}

    async def roles_by_stage(
        self, stage_ids: Sequence[str], at: datetime | None = None
    ) -> dict[str, list[ExpectedRole]]:
        """Return the expected roles by stage, in the order of the deck's rows."""
        found: dict[str, list[ExpectedRole]] = defaultdict(list)
        rows = await self._transaction.fetch_rows(
            expected_roles_by_column(at, "stage_id"), ids=list(set(stage_ids))
        )
        for row in rows:
            found[row["stage_id"]].append(expected_role_of(row, at))
        return found
