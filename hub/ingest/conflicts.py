"""The doubt about one key with different values in one run: the key, and the values that differ."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from hub.domain.sources.records import Doubt, QuarantineReason
from hub.domain.thai_text import escape_for_display
from hub.ingest.raw_payload import decode_payload
from hub.ingest.settle import PageSettlement, ResolvedRecord
from hub.store.ingest.raw_records import RawPayload

MAX_SHOWN_FIELDS: Final = 5
MAX_VALUE_LENGTH: Final = 60
MAX_KEY_LENGTH: Final = 2_000
NOTHING: Final = "–"


def build_conflict_doubts(
    settlement: PageSettlement,
    resolved_records: Sequence[ResolvedRecord],
    earlier: Mapping[str, RawPayload],
) -> dict[str, Doubt]:
    """Return the doubt about each key with different values, by key."""
    versions: dict[str, list[Any]] = defaultdict(list)
    for at in settlement.contested:
        versions[resolved_records[at].key].append(resolved_records[at].raw.payload)
    for key, seen in settlement.earlier:
        versions[key].append(decode_payload(earlier[seen.hash]))
    return {key: build_conflict_doubt(key, payloads) for key, payloads in versions.items()}


def build_conflict_doubt(key: str, payloads: Iterable[Any]) -> Doubt:
    """Return the doubt about a key, which is the same for each of the records that have it.

    Its text has the first fields in which the records differ, each with all its values.
    """
    differences = list_differences(list(payloads))
    shown = differences[:MAX_SHOWN_FIELDS]
    th = "; ".join(f"{field} {' หรือ '.join(values)}" for field, values in shown)
    en = "; ".join(f"{field} {' or '.join(values)}" for field, values in shown)
    if rest := len(differences) - len(shown):
        th, en = f"{th} และอีก {rest} คอลัมน์", f"{en}, and {rest} more columns"
    return Doubt(
        QuarantineReason.CONFLICTING_VALUES,
        "key",
        escape_for_display(key, MAX_KEY_LENGTH),
        f"รหัสเดียวกันมีหลายค่าในรอบเดียว{': ' if th else ''}{th}",
        f"the same key came with different values in one run{': ' if en else ''}{en}",
    )


def list_differences(payloads: list[Any]) -> list[tuple[str, list[str]]]:
    """Return the fields in which records differ, with their different values, both in order."""
    if not all(isinstance(one, Mapping) for one in payloads):
        return [("", sorted({show_value(one) for one in payloads}))]
    fields = sorted({str(field) for one in payloads for field in one})
    values = [(field, {show_value(one.get(field)) for one in payloads}) for field in fields]
    return [(field, sorted(found)) for field, found in values if len(found) > 1]


def show_value(value: Any) -> str:
    """Return a value as a short text; a dash for none."""
    text = "" if value is None else str(value)
    return escape_for_display(text, MAX_VALUE_LENGTH) or NOTHING
