"""Responses of live requests, and the records in them by key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.registry import Connector
from hub.domain.sources.live import FallbackReason, LiveRecord, RecordKey
from hub.domain.sources.records import RawRecord
from hub.domain.sources.spec import SourceSpec
from hub.ingest.parse import parse_entry


@dataclass(slots=True)
class CachedAnswer:
    """A response: records by key, whether they are the complete list, or the reason of a
    failure.
    """

    records: Mapping[str, LiveRecord | FallbackReason]
    is_complete: bool
    failure: FallbackReason | None
    fresh_until: float
    """Time of the loop's clock until which no new request is sent; extended when one fails."""


def build_raw_record(spec: SourceSpec, payload: Any, url: str, retrieved_at: datetime) -> RawRecord:
    """Return the record of a response with a single record."""
    fields = payload if isinstance(payload, Mapping) else {}
    is_deleted = fields.get(str(spec.options.get("deleted", ""))) is True
    key = fields.get(str(spec.options.get("key", "")))
    return RawRecord(key if isinstance(key, str) else None, payload, url, retrieved_at, is_deleted)


def index_by_key(
    connector: Connector, raw_records: Sequence[RawRecord]
) -> dict[str, LiveRecord | FallbackReason]:
    """Return records by key; two with one key and different values are DOUBTFUL."""
    records: dict[str, LiveRecord | FallbackReason] = {}
    for raw_record in raw_records:
        if raw_record.deleted and raw_record.key:
            records[raw_record.key] = FallbackReason.GONE
            continue
        entry = parse_entry(raw_record, connector.spec, connector.read)
        if entry.key is None:
            continue
        existing = records.get(entry.key)
        if existing is None:
            records[entry.key] = LiveRecord(raw_record, entry, connector.spec)
        elif isinstance(existing, FallbackReason) or existing.raw.payload != raw_record.payload:
            records[entry.key] = FallbackReason.DOUBTFUL
    return records


def select_record(key: RecordKey, answer: CachedAnswer) -> LiveRecord | FallbackReason:
    """Return one record of a response, or the reason why there is none."""
    if answer.failure is not None:
        return answer.failure
    record = answer.records.get(key.key)
    if record is None:
        return FallbackReason.GONE if answer.is_complete else FallbackReason.TOO_LONG
    return record
