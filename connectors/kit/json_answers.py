"""Parse JSON responses: exact numbers, undecodable bytes kept, errors in the body detected."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from hub.domain.sources.records import Doubt, QuarantineReason, RawRecord
from hub.errors import SourceRefused

EXCERPT_LENGTH: Final = 60
MAX_INT_DIGITS: Final = 18
"""Maximum digits of an int; longer numbers become Decimals, which have no limit of digits."""


@dataclass(frozen=True, slots=True)
class JsonContent:
    """The JSON of a response, with the size and SHA-256 digest of its body.

    `damaged`: some bytes did not decode.
    """

    json: Any
    damaged: bool
    size: int
    digest: bytes


class IncompleteAnswer(Exception):
    """A response that is truncated or damaged; it is retried."""


def parse_json_integer(digits: str) -> int | Decimal:
    """Return a JSON integer."""
    return int(digits) if len(digits) <= MAX_INT_DIGITS else Decimal(digits)


def parse_json(body: bytes, encoding: str, media_type: str = "") -> tuple[Any, bool]:
    """Return the JSON of a body, and whether some bytes could not be decoded.

    Those bytes become lone surrogates, so that one bad record does not hide a page of good ones;
    `with_byte_doubts` marks that record. Raises `IncompleteAnswer` if the JSON is not complete.
    """
    start = body[:256].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<") or "html" in media_type:
        raise SourceRefused(
            "แหล่งข้อมูลตอบหน้าเว็บแทนข้อมูล จึงไม่รับ · The source returned a web page instead of data"
        )
    damaged = False
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError:
        text, damaged = body.decode(encoding, "surrogateescape"), True
    try:
        value = json.loads(
            text.removeprefix("\ufeff"),
            parse_float=Decimal,
            parse_int=parse_json_integer,
            parse_constant=Decimal,
        )
    except ValueError as error:
        raise IncompleteAnswer(str(error).split(":")[0]) from None
    except RecursionError:
        raise SourceRefused("JSON ซ้อนลึกเกินไป · The JSON is nested too deeply") from None
    return value, damaged


def value_at(path: str, answer: Any) -> Any:
    """Return the value at a dotted path; null if there is none."""
    for step in path.split(".") if path else ():
        if not isinstance(answer, Mapping):
            return None
        answer = answer.get(step)
    return answer


def list_records(path: str, answer: Any) -> list[Any]:
    """Return the records of a response; `SourceRefused` if there is no list at the declared
    path.
    """
    value = value_at(path, answer)
    if isinstance(value, list):
        return value
    location = path or "the answer itself"
    keys = ", ".join(list(map(str, answer))[:8]) if isinstance(answer, Mapping) else "-"
    raise SourceRefused(
        f"ไม่พบรายการข้อมูลที่ {location} (มี: {keys}) "
        f"· No list of records at {location}; there is: {keys}"
    )


def check_success(path: str | None, answer: Any) -> None:
    """Raise `SourceRefused` if the value at the declared path is not true."""
    if path is None or value_at(path, answer) is True:
        return
    error = answer.get("error") if isinstance(answer, Mapping) else None
    description = (
        json.dumps(error, ensure_ascii=False, default=str)[: EXCERPT_LENGTH * 4] if error else "-"
    )
    raise SourceRefused(
        f"แหล่งข้อมูลตอบว่าไม่สำเร็จ: {description} "
        f"· The source reports a failure ({path} is not true): {description}"
    )


def parse_total(path: str | None, answer: Any) -> int | None:
    """Return the declared total of a response; null if it is missing or invalid."""
    value = value_at(path, answer) if path else None
    if (
        isinstance(value, str)
        and value.isascii()
        and value.isdigit()
        and len(value) <= MAX_INT_DIGITS
    ):
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def with_byte_doubts(
    record: RawRecord, body_size: int, max_size: int, encoding: str, *, damaged: bool
) -> RawRecord:
    """Return the record with doubts about its size and undecodable bytes."""
    if damaged or body_size > max_size:
        text = json.dumps(record.payload, ensure_ascii=False, default=str)
        data = text.encode(encoding, "surrogateescape" if damaged else "surrogatepass")
        if len(data) > max_size:
            return add_doubt(
                record,
                record.payload,
                QuarantineReason.TOO_LARGE,
                find_largest_field(record.payload),
            )
        if damaged and any("\udc80" <= c <= "\udcff" for c in text):
            return add_doubt(
                record, data, QuarantineReason.UNDECODABLE, find_undecodable_field(record.payload)
            )
    return record


def add_doubt(
    record: RawRecord, payload: Any, reason: QuarantineReason, location: tuple[str, str]
) -> RawRecord:
    """Return a record with one more doubt."""
    field, written = location
    messages = {
        QuarantineReason.TOO_LARGE: ("ระเบียนใหญ่เกินกำหนด", "the record is larger than allowed"),
        QuarantineReason.UNDECODABLE: ("ถอดรหัสอักขระไม่ได้", "some of its bytes do not decode"),
    }
    th, en = messages[reason]
    doubt = Doubt(reason, field, written, th, en)
    return RawRecord(
        record.key,
        payload,
        record.url,
        record.retrieved_at,
        record.deleted,
        (*record.doubts, doubt),
    )


def find_largest_field(payload: Any) -> tuple[str, str]:
    """Return the name and an excerpt of the largest field."""
    if not isinstance(payload, Mapping) or not payload:
        return "", str(payload)[:EXCERPT_LENGTH]
    name = max(payload, key=lambda key: len(str(payload[key])))
    return name, str(payload[name])[:EXCERPT_LENGTH]


def find_undecodable_field(payload: Any) -> tuple[str, str]:
    """Return the name and an excerpt of the first field with undecodable bytes."""
    fields: Sequence[tuple[Any, Any]] = (
        list(payload.items()) if isinstance(payload, Mapping) else [("", payload)]
    )
    for name, text in fields:
        value_text = str(text)
        if any("\udc80" <= c <= "\udcff" for c in value_text):
            clean = value_text.encode("ascii", "backslashreplace").decode()
            return str(name).encode("ascii", "backslashreplace").decode(), clean[:EXCERPT_LENGTH]
    return "", ""
