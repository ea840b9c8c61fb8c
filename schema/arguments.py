"""How arguments of the contract become the domain's values: bounded, checked, converted."""

import dataclasses
import types
import typing
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, get_args, get_origin

import strawberry

from hub.domain.global_id import MAX_ID_LENGTH, GlobalId
from hub.domain.lookups import OpaqueId
from hub.domain.time import BUDDHIST_OFFSET
from hub.errors import Invalid

Convert = Callable[[Any, str], Any]

INPUTS: dict[Any, type] = {}
"""Domain values that arrive as inputs, and the class that publishes each."""


def published(annotation: Any) -> tuple[Any, Convert | None]:
    """What GraphQL sees of a resolver's argument, and how its value becomes the domain's."""
    origin, inner = get_origin(annotation), get_args(annotation)
    seen: Any = annotation
    convert: Convert | None = None
    if annotation is GlobalId or (origin is typing.Annotated and inner[0] is GlobalId):
        seen, convert = strawberry.ID, global_id(inner[1] if inner else None)
    elif annotation is OpaqueId:
        seen = strawberry.ID
    elif annotation is str:
        convert = bounded
    elif annotation is date:
        convert = checked_day
    elif annotation in INPUTS:
        seen, convert = INPUTS[annotation], recorded
    elif origin in (typing.Union, types.UnionType):
        one, convert = published(next(a for a in inner if a is not type(None)))
        seen = one | None
    elif origin in (tuple, list, Sequence):
        one, each = published(inner[0])
        seen = types.GenericAlias(list, (one,))
        convert = lambda values, field: many(values, field, each)  # closes over each  # noqa: E731  # closes over each
    return seen, convert


def global_id(expected: str | None) -> Convert:
    """How the id of a kind of thing is read."""
    return lambda v, field: GlobalId.parse(bounded(str(v), field, MAX_ID_LENGTH), field, expected)


def recorded(given: Any, field: str) -> Any:
    """The domain value of an input object."""
    return checked(given, field).record(field)


LONGEST_TEXT = 4000
LONGEST_LIST = 1000
FIRST_ODD_YEAR = 2400
"""A day this late is one of the Buddhist era: พ.ศ. 2400 is 1857."""


def checked_day(day: date, field: str) -> date:
    """A day of the Common Era; `Invalid(field)` for one that is 543 years late."""
    if day.year < FIRST_ODD_YEAR:
        return day
    hint_th = hint_en = ""
    year = day.year - BUDDHIST_OFFSET
    if year < FIRST_ODD_YEAR:
        meant = f"{year:04}-{day:%m-%d}"
        hint_th = f" ถ้าหมายถึง พ.ศ. {day.year} ให้ส่ง {meant}"
        hint_en = f"; if you mean {day.year} BE, subtract 543 and send {meant}"
    raise Invalid(
        field,
        f"วันที่ต้องเป็น ค.ศ. ก่อน {FIRST_ODD_YEAR} แต่ได้ {day}{hint_th}",
        f"days are of the Common Era, before {FIRST_ODD_YEAR}; this is {day}{hint_en}",
    )


def bounded(text: str, field: str, longest: int = LONGEST_TEXT) -> str:
    """A text argument within its bound and without NUL, which PostgreSQL cannot hold."""
    if "\0" in text:
        raise Invalid(field, "มีอักขระ NUL ซึ่งใช้ไม่ได้ ลบออก", "holds a NUL character; remove it")
    if len(text) > longest:
        raise Invalid(
            field,
            f"ยาวเกิน {longest} อักขระ",
            f"longer than {longest} characters; shorten it",
        )
    try:
        text.encode()
    except UnicodeEncodeError as odd:
        raise Invalid(
            field, "มีอักขระที่ไม่สมบูรณ์ (surrogate)", "holds half a character (lone surrogate)"
        ) from odd
    return text


def checked(given: Any, field: str) -> Any:
    """An input object, every text and list in it within its bounds, however deep."""
    if isinstance(given, str):
        bounded(given, field)
    elif isinstance(given, list):
        many(given, field, checked)
    elif dataclasses.is_dataclass(given):
        for part in dataclasses.fields(given):
            checked(getattr(given, part.name), f"{field}.{camel(part.name.rstrip('_'))}")
    return given


def many(values: Sequence[Any], field: str, convert: Convert | None) -> tuple[Any, ...]:
    """A list argument within its bound, each item converted."""
    if len(values) > LONGEST_LIST:
        raise Invalid(
            field, f"ส่งได้ไม่เกิน {LONGEST_LIST} รายการ", f"at most {LONGEST_LIST} items; send fewer"
        )
    return tuple(values if convert is None else (convert(v, field) for v in values))


def camel(name: str) -> str:
    """`fiscal_years` as the contract spells it."""
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)
