"""A raw payload as bytes: the same content gives the same bytes and the same hash, exactly.

Decimals keep their digits, NaN and lone surrogates survive the way there and back.
"""

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson

from hub.domain.sources.records import RawRecord
from hub.store.ingest.session import RawPayload


def raw_of(record: RawRecord) -> RawPayload:
    """What is kept of a record, by its hash; a tombstone is no version of the record before it."""
    if isinstance(record.payload, bytes):
        form, payload = "BYTES", record.payload
    else:
        form, payload = "JSON", dumped(record.payload)
    mark = b"deleted\0" if record.deleted else b""
    return RawPayload(
        hashlib.sha256(mark + form.encode() + b"\0" + payload).hexdigest(), form, payload
    )


def payload_of(raw: RawPayload) -> Any:
    """The payload again."""
    if raw.form == "BYTES":
        return raw.payload
    return json.loads(raw.payload, parse_float=Decimal, parse_constant=Decimal)


def dumped(payload: Any) -> bytes:
    """JSON with sorted keys; the fast way where it can be gone."""
    try:
        return orjson.dumps(payload, default=number, option=orjson.OPT_SORT_KEYS)
    except (TypeError, orjson.JSONEncodeError):
        return written(payload).encode("ascii")


def number(found: Any) -> Any:
    """A Decimal as the number it is."""
    if isinstance(found, Decimal) and found.is_finite():
        return orjson.Fragment(str(found))
    raise TypeError


def written(found: Any) -> str:
    """JSON of what the fast way refuses: lone surrogates, NaN, very large integers."""
    if isinstance(found, Decimal):
        if found.is_nan():
            return "NaN"
        return str(found) if found.is_finite() else ("-" if found < 0 else "") + "Infinity"
    if isinstance(found, Mapping):
        items = sorted((str(key), one) for key, one in found.items())
        return "{" + ",".join(f"{json.dumps(k)}:{written(one)}" for k, one in items) + "}"
    if isinstance(found, list | tuple):
        return "[" + ",".join(map(written, found)) + "]"
    return json.dumps(found)
