"""What an answer's bytes say: numbers exact, bad bytes told apart, nothing believed too soon."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from hub.domain.sources.records import Doubt, QuarantineReason, RawRecord
from hub.errors import SourceRefused

EXCERPT: Final = 60
LONG: Final = 18
"""Digits an int is made of at most; longer ones are Decimals, which know no limit of digits."""


class Unfinished(Exception):
    """An answer that stops before its end, or is damaged: worth asking for once more."""


def whole(digits: str) -> int | Decimal:
    """A JSON integer."""
    return int(digits) if len(digits) <= LONG else Decimal(digits)


def parsed(body: bytes, encoding: str, media_type: str = "") -> tuple[Any, bool]:
    """The JSON of a body, and whether some of its bytes would not decode.

    Such bytes come through as lone surrogates, so that one bad record does not hide a page of good
    ones; `raw_records` gives that record back as bytes. `Unfinished`: this is no whole JSON.
    """
    start = body[:256].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<") or "html" in media_type:
        raise SourceRefused(
            "แหล่งข้อมูลตอบหน้าเว็บแทนข้อมูล จึงไม่รับ · The source answered a web page instead of data"
        )
    damaged = False
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError:
        text, damaged = body.decode(encoding, "surrogateescape"), True
    try:
        found = json.loads(
            text.removeprefix("\ufeff"),
            parse_float=Decimal,
            parse_int=whole,
            parse_constant=Decimal,
        )
    except ValueError as error:
        raise Unfinished(str(error).split(":")[0]) from None
    except RecursionError:
        raise SourceRefused("JSON ซ้อนลึกเกินไป · The JSON is nested too deeply") from None
    return found, damaged


def at(path: str, answer: Any) -> Any:
    """What stands at a dotted path; null where it leads nowhere."""
    for step in path.split(".") if path else ():
        if not isinstance(answer, Mapping):
            return None
        answer = answer.get(step)
    return answer


def listed(path: str, answer: Any) -> list[Any]:
    """The records of an answer; `SourceRefused` where they are not where they were declared."""
    found = at(path, answer)
    if isinstance(found, list):
        return found
    where = path or "the answer itself"
    keys = ", ".join(list(map(str, answer))[:8]) if isinstance(answer, Mapping) else "-"
    raise SourceRefused(
        f"ไม่พบรายการข้อมูลที่ {where} (มี: {keys}) · No list of records at {where}; there is: {keys}"
    )


def refuse_failure(path: str | None, answer: Any) -> None:
    """`SourceRefused` where an answer does not say at this path that it is none."""
    if path is None or at(path, answer) is True:
        return
    error = answer.get("error") if isinstance(answer, Mapping) else None
    why = json.dumps(error, ensure_ascii=False, default=str)[: EXCERPT * 4] if error else "-"
    raise SourceRefused(
        f"แหล่งข้อมูลตอบว่าไม่สำเร็จ: {why} · The source says that it failed ({path} is not true): {why}"
    )


def counted(path: str | None, answer: Any) -> int | None:
    """The total an answer declares, where it declares one that can be."""
    found = at(path, answer) if path else None
    if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) <= LONG:
        found = int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None


def doubted(
    made: RawRecord, body_size: int, most: int, encoding: str, *, damaged: bool
) -> RawRecord:
    """The record, with the doubts its bytes give; measured only where a page could hold such."""
    if damaged or body_size > most:
        text = json.dumps(made.payload, ensure_ascii=False, default=str)
        data = text.encode(encoding, "surrogateescape" if damaged else "surrogatepass")
        if len(data) > most:
            return with_doubt(made, made.payload, QuarantineReason.TOO_LARGE, largest(made.payload))
        if damaged and any("\udc80" <= c <= "\udcff" for c in text):
            return with_doubt(made, data, QuarantineReason.UNDECODABLE, spoilt(made.payload))
    return made


def with_doubt(
    made: RawRecord, payload: Any, reason: QuarantineReason, where: tuple[str, str]
) -> RawRecord:
    """A record that a person must look at."""
    field, written = where
    words = {
        QuarantineReason.TOO_LARGE: ("ระเบียนใหญ่เกินกำหนด", "the record is larger than allowed"),
        QuarantineReason.UNDECODABLE: ("ถอดรหัสอักขระไม่ได้", "some of its bytes do not decode"),
    }
    th, en = words[reason]
    doubt = Doubt(reason, field, written, th, en)
    return RawRecord(
        made.key, payload, made.url, made.retrieved_at, made.deleted, (*made.doubts, doubt)
    )


def largest(payload: Any) -> tuple[str, str]:
    """The name and the beginning of the largest field."""
    if not isinstance(payload, Mapping) or not payload:
        return "", str(payload)[:EXCERPT]
    name = max(payload, key=lambda key: len(str(payload[key])))
    return name, str(payload[name])[:EXCERPT]


def spoilt(payload: Any) -> tuple[str, str]:
    """The name and the beginning of the first field with bytes that did not decode."""
    fields: Sequence[tuple[Any, Any]] = (
        list(payload.items()) if isinstance(payload, Mapping) else [("", payload)]
    )
    for name, text in fields:
        shown = str(text)
        if any("\udc80" <= c <= "\udcff" for c in shown):
            clean = shown.encode("ascii", "backslashreplace").decode()
            return str(name).encode("ascii", "backslashreplace").decode(), clean[:EXCERPT]
    return "", ""
