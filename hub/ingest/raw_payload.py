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


def build_raw_payload(record: RawRecord) -> RawPayload:
    """What is kept of a record, by its hash; a tombstone is no version of the record before it."""
    if isinstance(record.payload, bytes):
        form, payload = "BYTES", record.payload
    else:
        form, payload = "JSON", encode_payload(record.payload)
    prefix = b"deleted\0" if record.deleted else b""
    return RawPayload(
        hashlib.sha256(prefix + form.encode() + b"\0" + payload).hexdigest(), form, payload
    )


def decode_payload(raw: RawPayload) -> Any:
    """The payload again."""
    if raw.form == "BYTES":
        return raw.payload
    return json.loads(raw.payload, parse_float=Decimal, parse_constant=Decimal)


def encode_payload(payload: Any) -> bytes:
    """JSON with sorted keys; the fast way where it can be gone."""
    try:
        return orjson.dumps(payload, default=encode_decimal, option=orjson.OPT_SORT_KEYS)
    except (TypeError, orjson.JSONEncodeError):
        return encode_json_fallback(payload).encode("ascii")


def encode_decimal(value: Any) -> Any:
    """A Decimal as the number it is."""
    if isinstance(value, Decimal) and value.is_finite():
        return orjson.Fragment(str(value))
    raise TypeError


def encode_json_fallback(value: Any) -> str:
    """JSON of what the fast way refuses: lone surrogates, NaN, very large integers."""
    if isinstance(value, Decimal):
        if value.is_nan():
            return "NaN"
        return str(value) if value.is_finite() else ("-" if value < 0 else "") + "Infinity"
    if isinstance(value, Mapping):
        items = sorted((str(key), one) for key, one in value.items())
        return (
            "{" + ",".join(f"{json.dumps(k)}:{encode_json_fallback(one)}" for k, one in items) + "}"
        )
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(encode_json_fallback, value)) + "]"
    return json.dumps(value)
