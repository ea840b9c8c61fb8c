"""Statements about the mappings of value chains to role chains, and their pairs of stages."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import asyncpg
import sqlalchemy as sa

from hub.domain.value_chain import StageMapping, ValueChainMapping
from hub.store.as_of import table_as_of
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import localized_text_of, text_array_parameter
from hub.store.tables import stage_mapping, value_chain, value_chain_mapping
from hub.store.value_chain import stages_as_of

IDS: Final = text_array_parameter("ids")


@lru_cache(maxsize=64)
def mappings_by_column(at: datetime | None, column: str) -> sa.Select[Any]:
    """Return the statement for mappings by a column, of chains that are known at an instant."""
    mapping = table_as_of(value_chain_mapping, at)
    chain = table_as_of(value_chain, at).alias("mapped_chain")
    template = table_as_of(value_chain, at).alias("role_chain")
    return (
        sa.select(mapping)
        .join(chain, chain.c.id == mapping.c.chain_id)
        .join(template, template.c.id == mapping.c.template_id)
        .where(mapping.c[column] == sa.any_(IDS))
        .order_by(mapping.c.chain_id, mapping.c.template_id)
    )


@lru_cache(maxsize=64)
def pairs_by_column(at: datetime | None, column: str) -> sa.Select[Any]:
    """Return the statement for pairs of stages by a column, in the order of both chains.

    Pairs are those of mappings and stages that are known at the instant.
    """
    pair = table_as_of(stage_mapping, at)
    mapping = table_as_of(value_chain_mapping, at)
    stage, template_stage = stages_as_of(at).alias("mapped"), stages_as_of(at).alias("role_stage")
    key = mapping.c.chain_id if column == "chain_id" else pair.c[column]
    return (
        sa.select(pair, mapping.c.chain_id, mapping.c.template_id)
        .join(mapping, mapping.c.id == pair.c.mapping_id)
        .join(stage, stage.c.id == pair.c.stage_id)
        .join(template_stage, template_stage.c.id == pair.c.template_stage_id)
        .where(key == sa.any_(IDS))
        .order_by(
            pair.c.mapping_id,
            stage.c.ordinal,
            stage.c.id,
            template_stage.c.ordinal,
            template_stage.c.id,
        )
    )


def mapping_of(row: asyncpg.Record, at: datetime | None) -> ValueChainMapping:
    """Return the mapping of a row."""
    return ValueChainMapping(
        row["id"],
        row["version"],
        row["chain_id"],
        row["template_id"],
        row["agency_id"],
        at,
        row["known_from"],
    )


def pair_of(row: asyncpg.Record, at: datetime | None) -> StageMapping:
    """Return the pair of stages of a row."""
    return StageMapping(
        row["id"],
        row["mapping_id"],
        row["template_id"],
        row["stage_id"],
        row["template_stage_id"],
        localized_text_of(row, "note") if row["note_th"] else None,
        at,
    )


class ValueChainMappings:
    """Mappings in one request's snapshot, as known at an instant (null: now)."""

    def __init__(self, transaction: ReadTransaction) -> None:
        self._transaction = transaction

    async def by_id(
        self, ids: Sequence[str], at: datetime | None = None
    ) -> dict[str, ValueChainMapping]:
        """Return the mappings by id; unknown ids are absent."""
        rows = await self._transaction.fetch_rows(mappings_by_column(at, "id"), ids=list(set(ids)))
        return {row["id"]: mapping_of(row, at) for row in rows}

    async def by_chain(
        self, chain_ids: Sequence[str], at: datetime | None = None
    ) -> dict[str, list[ValueChainMapping]]:
        """Return the mappings by chain, in the order of the templates' codes."""
        found: dict[str, list[ValueChainMapping]] = defaultdict(list)
        rows = await self._transaction.fetch_rows(
            mappings_by_column(at, "chain_id"), ids=list(set(chain_ids))
        )
        for row in rows:
            found[row["chain_id"]].append(mapping_of(row, at))
        return found

    async def pairs_by_mapping(
        self, mapping_ids: Sequence[str], at: datetime | None = None
    ) -> dict[str, list[StageMapping]]:
        """Return the pairs of stages by mapping, in the order of both chains."""
        return await self._fetch_pairs("mapping_id", mapping_ids, at)

    async def pairs_by_chain(
        self, chain_ids: Sequence[str], at: datetime | None = None
    ) -> dict[str, list[StageMapping]]:
        """Return the pairs of stages by the area's chain, in the order of both chains."""
        return await self._fetch_pairs("chain_id", chain_ids, at)

    async def pairs_by_stage(
        self, stage_ids: Sequence[str], at: datetime | None = None
    ) -> dict[str, list[StageMapping]]:
        """Return the pairs of stages by the stage of the area's chain, in the template's order."""
        return await self._fetch_pairs("stage_id", stage_ids, at)

    async def _fetch_pairs(
        self, column: str, ids: Sequence[str], at: datetime | None
    ) -> dict[str, list[StageMapping]]:
        found: dict[str, list[StageMapping]] = defaultdict(list)
        rows = await self._transaction.fetch_rows(pairs_by_column(at, column), ids=list(set(ids)))
        for row in rows:
            found[row[column]].append(pair_of(row, at))
        return found
