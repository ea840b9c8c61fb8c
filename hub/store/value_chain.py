"""Value chains, stages and expected roles as they are remembered."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final

import asyncpg
import sqlalchemy as sa

from hub.domain.agencies import ActorLevel
from hub.domain.paging import Connection, Page, connect
from hub.domain.value_chain import ExpectedRole, Stage, StageKind, ValueChain
from hub.store.engine import Reading
from hub.store.rows import listed, localized, texts
from hub.store.tables import expected_role, stage, value_chain

IDS: Final = texts("ids")
LEVELS: Final = {level.value: place for place, level in enumerate(ActorLevel)}

CHAINS: Final = sa.select(value_chain).where(value_chain.c.id == sa.any_(IDS))
STAGES: Final = sa.select(stage).where(stage.c.id == sa.any_(IDS))
STAGES_OF_CHAINS: Final = (
    sa.select(stage)
    .where(stage.c.chain_id == sa.any_(IDS))
    .order_by(stage.c.chain_id, stage.c.ordinal, stage.c.id)
)
ROLES: Final = sa.select(expected_role).where(expected_role.c.id == sa.any_(IDS))
ROLES_OF_STAGES: Final = (
    sa.select(expected_role)
    .where(expected_role.c.stage_id == sa.any_(IDS))
    .order_by(
        expected_role.c.stage_id,
        sa.case(LEVELS, value=expected_role.c.level),
        expected_role.c.id,
    )
)


def chain_of(row: asyncpg.Record) -> ValueChain:
    """The record of a row; a chain's code is its id."""
    return ValueChain(
        id=row["id"],
        code=row["id"],
        name=localized(row, "name"),
        theme=row["theme"],
        template_id=row["template_id"],
        actor_levels=[ActorLevel(level) for level in row["actor_levels"]],
        sort_key=row["sort_key"],
    )


def stage_of(row: asyncpg.Record) -> Stage:
    """The record of a row."""
    return Stage(
        id=row["id"],
        code=row["code"],
        chain_id=row["chain_id"],
        name=localized(row, "name"),
        group=localized(row, "group") if row["group_th"] else None,
        order=row["ordinal"],
        kind=StageKind(row["kind"]),
    )


def role_of(row: asyncpg.Record) -> ExpectedRole:
    """The record of a row; a role's code is its id."""
    return ExpectedRole(
        id=row["id"],
        code=row["id"],
        level=ActorLevel(row["level"]),
        stage_id=row["stage_id"],
        statement=localized(row, "statement"),
        citation=row["citation"],
    )


class ValueChains:
    """Chains, stages and roles in one request's snapshot."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def by_id(self, ids: Sequence[str]) -> dict[str, ValueChain]:
        """Chains by code; unknown codes are absent."""
        rows = await self._reading.rows(CHAINS, ids=list(set(ids)))
        return {row["id"]: chain_of(row) for row in rows}

    async def page(self, page: Page, *, theme: str | None) -> Connection[ValueChain]:
        """Chains, of a theme where one is named, in Thai dictionary order."""
        statement: sa.Select[Any] = sa.select(value_chain)
        if theme is not None:
            statement = statement.where(value_chain.c.theme == theme)
        counted = listed(statement, page, value_chain.c.sort_key, value_chain.c.id)
        rows = await self._reading.rows(counted)
        total = rows[0]["total"] if rows else (0 if page.after is None else None)
        return connect([chain_of(r) for r in rows], page, lambda c: (c.sort_key, c.id), total)

    async def stages(self, ids: Sequence[str]) -> dict[str, Stage]:
        """Stages by id; unknown ids are absent."""
        rows = await self._reading.rows(STAGES, ids=list(set(ids)))
        return {row["id"]: stage_of(row) for row in rows}

    async def stages_of(self, chain_ids: Sequence[str]) -> dict[str, list[Stage]]:
        """Stages by chain, along the chain."""
        found: dict[str, list[Stage]] = defaultdict(list)
        for row in await self._reading.rows(STAGES_OF_CHAINS, ids=list(set(chain_ids))):
            found[row["chain_id"]].append(stage_of(row))
        return found

    async def roles(self, ids: Sequence[str]) -> dict[str, ExpectedRole]:
        """Expected roles by id; unknown ids are absent."""
        rows = await self._reading.rows(ROLES, ids=list(set(ids)))
        return {row["id"]: role_of(row) for row in rows}

    async def roles_of(self, stage_ids: Sequence[str]) -> dict[str, list[ExpectedRole]]:
        """Expected roles by stage, in the order of the deck's rows."""
        found: dict[str, list[ExpectedRole]] = defaultdict(list)
        for row in await self._reading.rows(ROLES_OF_STAGES, ids=list(set(stage_ids))):
            found[row["stage_id"]].append(role_of(row))
        return found
