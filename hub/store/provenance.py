"""Statements about provenance by subject, sources, and external ids."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from hub.domain.provenance import (
    Assertion,
    Cadence,
    Confidence,
    ExternalId,
    Provenance,
    Source,
    SourceHealth,
    SourceRecord,
    StatedStrategy,
)
from hub.domain.sources.live import RecordKey
from hub.store.areas import prefixed_columns
from hub.store.as_of import table_as_of
from hub.store.key_hashes import is_any_of
from hub.store.read_transaction import ReadTransaction
from hub.store.rows import localized_text_of, text_array_parameter
from hub.store.tables import external_id, provenance, source, source_record

IDS: Final = text_array_parameter("ids")
RECORD_IDS: Final = sa.bindparam("record_ids", type_=ARRAY(sa.BigInteger))

PROVENANCE_BY_SUBJECT: Final = (
    sa.select(
        provenance.c.subject,
        provenance.c.asserted,
        provenance.c.confidence,
        provenance.c.citation,
        provenance.c.note,
        *prefixed_columns(source, "source_"),
        *prefixed_columns(source_record, "record_"),
    )
    .join(source, source.c.id == provenance.c.source_id)
    .outerjoin(source_record, source_record.c.id == provenance.c.record_id)
    .where(is_any_of(provenance.c.subject, IDS))
    .order_by(provenance.c.subject, provenance.c.ordinal)
)


@lru_cache(maxsize=64)
def provenance_by_record(at: datetime | None) -> sa.Select[Any]:
    """Return the statement for the provenance of records `ids`, as known at an instant."""
    record_table = table_as_of(source_record, at)
    return (
        sa.select(
            source.c.asserted,
            sa.null().label("confidence"),
            sa.func.coalesce(sa.func.nullif(record_table.c.scope, ""), record_table.c.value).label(
                "citation"
            ),
            sa.null().label("note"),
            *prefixed_columns(source, "source_"),
            *prefixed_columns(record_table, "record_"),
        )
        .join(source, source.c.id == record_table.c.source_id)
        .where(record_table.c.id == sa.any_(RECORD_IDS))
    )


@lru_cache(maxsize=64)
def strategies_by_project(at: datetime | None) -> sa.Select[Any]:
    """Return the statement for records with strategies of projects `ids`, in a fixed order."""
    stored = table_as_of(source_record, at)
    return (
        sa.select(
            stored.c.id,
            stored.c.project_id,
            stored.c.source_id,
            stored.c.strategy_fields,
            stored.c.strategy_texts,
        )
        .where(stored.c.project_id == sa.any_(IDS), stored.c.strategy_texts.is_not(None))
        .order_by(stored.c.project_id, stored.c.source_id, stored.c.value)
    )


SOURCES_BY_ID: Final = sa.select(*prefixed_columns(source, "source_")).where(
    source.c.id == sa.any_(IDS)
)
RECORDS_BY_PROJECT: Final = (
    sa.select(*prefixed_columns(source_record, "record_"))
    .where(source_record.c.project_id == sa.any_(IDS))
    .order_by(source_record.c.project_id, source_record.c.source_id, source_record.c.value)
)
RETRIEVED_AT_BY_RECORD: Final = sa.select(source_record.c.id, source_record.c.retrieved_at).where(
    source_record.c.id == sa.any_(RECORD_IDS)
)
EXTERNAL_IDS_BY_SUBJECT: Final = (
    sa.select(external_id)
    .where(external_id.c.subject == sa.any_(IDS))
    .order_by(external_id.c.subject, external_id.c.scheme, external_id.c.value)
)
SUBJECTS_BY_EXTERNAL_ID: Final = (
    sa.select(external_id.c.subject)
    .where(
        external_id.c.scheme == sa.bindparam("scheme", type_=sa.Text),
        external_id.c.value == sa.bindparam("value", type_=sa.Text),
    )
    .order_by(external_id.c.subject)
)


def source_of(row: asyncpg.Record) -> Source:
    """Return the source of a row's `source_` columns."""
    return Source(
        id=row["source_id"],
        name=localized_text_of(row, "source_name"),
        kind=row["source_kind"],
        note=row["source_note"],
        health=SourceHealth(row["source_health"]),
        last_success_at=row["source_last_success_at"],
        owner_id=row["source_owner_id"],
        cadence=Cadence(row["source_cadence"]) if row["source_cadence"] else None,
        updated_at=row["source_known_from"],
        is_made_up=row["source_made_up"],
    )


def source_record_of(row: asyncpg.Record) -> SourceRecord:
    """Return the source record of a row's `record_` columns."""
    return SourceRecord(
        id=row["record_id"],
        source_id=row["record_source_id"],
        external_id=ExternalId(row["record_scheme"], row["record_value"]),
        url=row["record_url"],
        payload_hash=row["record_payload_hash"].hex(),
        retrieved_at=row["record_retrieved_at"],
    )


def provenance_of(row: asyncpg.Record) -> Provenance:
    """Return the provenance of a row; its record is null if the fact has no source record."""
    record = None if row["record_id"] is None else source_record_of(row)
    return Provenance(
        source=source_of(row),
        record=record,
        retrieved_at=row["record_retrieved_at"],
        asserted=Assertion(row["asserted"] or "REPORTED"),
        confidence=Confidence(row["confidence"]) if row["confidence"] else None,
        citation=row["citation"],
        note=row["note"],
    )


class ProvenanceQueries:
    """Provenance in one request's snapshot. A subject is the global id of a record."""

    def __init__(self, transaction: ReadTransaction) -> None:
        self._transaction = transaction

    async def by_subject(self, subjects: Sequence[str]) -> dict[str, list[Provenance]]:
        """Return provenance by subject, the most significant first; a subject may have none."""
        found: dict[str, list[Provenance]] = defaultdict(list)
        for row in await self._transaction.fetch_rows(
            PROVENANCE_BY_SUBJECT, ids=list(set(subjects))
        ):
            found[row["subject"]].append(provenance_of(row))
        return found

    async def records_by_project(
        self, project_ids: Sequence[str]
    ) -> dict[str, list[tuple[int, RecordKey]]]:
        """Return the source records of each project: their ids and their keys in the source."""
        found: dict[str, list[tuple[int, RecordKey]]] = defaultdict(list)
        for row in await self._transaction.fetch_rows(
            RECORDS_BY_PROJECT, ids=list(set(project_ids))
        ):
            key = RecordKey(row["record_source_id"], row["record_value"], row["record_scope"] or "")
            found[row["record_project_id"]].append((row["record_id"], key))
        return found

    async def retrieved_at_by_record(self, record_ids: Sequence[int]) -> dict[int, datetime]:
        """Return when each record was retrieved."""
        rows = await self._transaction.fetch_rows(
            RETRIEVED_AT_BY_RECORD, record_ids=list(set(record_ids))
        )
        return {row["id"]: row["retrieved_at"] for row in rows}

    async def by_record(
        self, ids: Sequence[int], at: datetime | None = None
    ) -> dict[int, Provenance]:
        """Return the provenance of facts that come from one record, by the record's id."""
        rows = await self._transaction.fetch_rows(
            provenance_by_record(at), record_ids=list(set(ids))
        )
        return {row["record_id"]: provenance_of(row) for row in rows}

    async def strategies_by_project(
        self, project_ids: Sequence[str], at: datetime | None = None
    ) -> dict[str, list[StatedStrategy]]:
        """Return the strategies that records of projects state, as known at an instant.

        A text that several records of a source have in one field is returned once; projects
        without any are absent.
        """
        rows = await self._transaction.fetch_rows(
            strategies_by_project(at), ids=list(set(project_ids))
        )
        origins = await self.by_record([row["id"] for row in rows], at) if rows else {}
        found: dict[str, dict[tuple[str, str, str], StatedStrategy]] = defaultdict(dict)
        for row in rows:
            for name, text in zip(row["strategy_fields"], row["strategy_texts"], strict=True):
                found[row["project_id"]].setdefault(
                    (row["source_id"], name, text), StatedStrategy(text, name, origins[row["id"]])
                )
        return {key: list(strategies.values()) for key, strategies in found.items()}

    async def sources_by_id(self, ids: Sequence[str]) -> dict[str, Source]:
        """Return the sources by id; unknown ids are absent."""
        rows = await self._transaction.fetch_rows(SOURCES_BY_ID, ids=list(set(ids)))
        return {row["source_id"]: source_of(row) for row in rows}

    async def external_ids_by_subject(self, subjects: Sequence[str]) -> dict[str, list[ExternalId]]:
        """Return the ids in other systems, by subject."""
        found: dict[str, list[ExternalId]] = defaultdict(list)
        for row in await self._transaction.fetch_rows(
            EXTERNAL_IDS_BY_SUBJECT, ids=list(set(subjects))
        ):
            found[row["subject"]].append(ExternalId(row["scheme"], row["value"]))
        return found

    async def list_subjects(self, scheme: str, value: str) -> list[str]:
        """Return the global ids of all subjects with this id in another system."""
        rows = await self._transaction.fetch_rows(
            SUBJECTS_BY_EXTERNAL_ID, scheme=scheme, value=value
        )
        return [row["subject"] for row in rows]
