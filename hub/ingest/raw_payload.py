"""Encode raw payloads as bytes: equal content has equal bytes and an equal hash.

Decimals keep their digits; NaN and lone surrogates survive encoding and decoding.
"""

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson

from hub.domain.sources.records import RawRecord
from hub.store.ingest.raw_records import RawPayload


def build_raw_payload(record: RawRecord) -> RawPayload:
    """Return the payload of a record with its hash; a tombstone never has a record's hash."""
    if isinstance(record.payload, bytes):
        form, payload = "BYTES", record.payload
    else:
        form, payload = "JSON", encode_payload(record.payload)
    prefix = b"deleted\0" if record.deleted else b""
    return RawPayload(
        hashlib.sha256(prefix + form.encode() + b"\0" + payload).hexdigest(), form, payload
    )


def decode_payload(raw: RawPayload) -> Any:
    """Return the payload that was encoded."""
    if raw.form == "BYTES":
        return raw.payload
    return json.loads(raw.payload, parse_float=Decimal, parse_constant=Decimal)


def encode_payload(payload: Any) -> bytes:
    """Return JSON with sorted keys, by orjson if it accepts the value."""
    try:
        return orjson.dumps(payload, default=encode_decimal, option=orjson.OPT_SORT_KEYS)
    except (TypeError, orjson.JSONEncodeError):
        return encode_json_fallback(payload).encode("ascii")


def encode_decimal(value: Any) -> Any:
    """Return a Decimal as a JSON number with its digits."""
    if isinstance(value, Decimal) and value.is_finite():
        return orjson.Fragment(str(value))
    raise TypeError


def encode_json_fallback(value: Any) -> str:
    """Return JSON of what orjson rejects: lone surrogates, NaN, very large integers."""
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
