"""How arguments of the contract become the domain's values: bounded, checked, converted."""

import dataclasses
import types
import typing
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any, get_args, get_origin

import strawberry

from hub.domain.global_id import MAX_ID_LENGTH, GlobalId
from hub.domain.lookups import OpaqueId
from hub.domain.time import BUDDHIST_OFFSET
from hub.errors import Invalid

Converter = Callable[[Any, str], Any]

INPUT_TYPES: dict[Any, type] = {}
"""Domain values that arrive as inputs, and the class that publishes each."""


def map_argument(annotation: Any) -> tuple[Any, Converter | None]:
    """What GraphQL sees of a resolver's argument, and how its value becomes the domain's."""
    origin, type_arguments = get_origin(annotation), get_args(annotation)
    graphql_type: Any = annotation
    convert: Converter | None = None
    if annotation is GlobalId or (origin is typing.Annotated and type_arguments[0] is GlobalId):
        graphql_type, convert = (
            strawberry.ID,
            build_global_id_converter(type_arguments[1] if type_arguments else None),
        )
    elif annotation is OpaqueId:
        graphql_type = strawberry.ID
    elif annotation is str:
        convert = validate_text
    elif annotation is date:
        convert = validate_date
    elif annotation in INPUT_TYPES:
        graphql_type, convert = INPUT_TYPES[annotation], convert_input
    elif origin in (typing.Union, types.UnionType):
        item_type, convert = map_argument(
            next(option for option in type_arguments if option is not type(None))
        )
        graphql_type = item_type | None
    elif origin in (tuple, list, Sequence):
        item_type, convert_item = map_argument(type_arguments[0])
        graphql_type = types.GenericAlias(list, (item_type,))
        convert = partial(convert_list, convert=convert_item)
    return graphql_type, convert


def build_global_id_converter(expected: str | None) -> Converter:
    """How the id of a kind of thing is read."""
    return lambda v, field: GlobalId.parse(
        validate_text(str(v), field, MAX_ID_LENGTH), field, expected
    )


def convert_input(value: Any, field: str) -> Any:
    """The domain value of an input object."""
    return validate_input(value, field).to_domain(field)


MAX_TEXT_LENGTH = 4000
MAX_LIST_LENGTH = 1000
FIRST_BUDDHIST_YEAR = 2400
"""A day this late is one of the Buddhist era: พ.ศ. 2400 is 1857."""


def validate_date(day: date, field: str) -> date:
    """A day of the Common Era; `Invalid(field)` for one that is 543 years late."""
    if day.year < FIRST_BUDDHIST_YEAR:
        return day
    hint_th = hint_en = ""
    year = day.year - BUDDHIST_OFFSET
    if year < FIRST_BUDDHIST_YEAR:
        suggestion = f"{year:04}-{day:%m-%d}"
        hint_th = f" ถ้าหมายถึง พ.ศ. {day.year} ให้ส่ง {suggestion}"
        hint_en = f"; if you mean {day.year} BE, subtract 543 and send {suggestion}"
    raise Invalid(
        field,
        f"วันที่ต้องเป็น ค.ศ. ก่อน {FIRST_BUDDHIST_YEAR} แต่ได้ {day}{hint_th}",
        f"days are of the Common Era, before {FIRST_BUDDHIST_YEAR}; this is {day}{hint_en}",
    )


def validate_text(text: str, field: str, max_length: int = MAX_TEXT_LENGTH) -> str:
    """A text argument within its bound and without NUL, which PostgreSQL cannot hold."""
    if "\0" in text:
        raise Invalid(field, "มีอักขระ NUL ซึ่งใช้ไม่ได้ ลบออก", "holds a NUL character; remove it")
    if len(text) > max_length:
        raise Invalid(
            field,
            f"ยาวเกิน {max_length} อักขระ",
            f"longer than {max_length} characters; shorten it",
        )
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Invalid(
            field, "มีอักขระที่ไม่สมบูรณ์ (surrogate)", "holds half a character (lone surrogate)"
        ) from error
    return text


def validate_input(value: Any, field: str) -> Any:
    """An input object, every text and list in it within its bounds, however deep."""
    if isinstance(value, str):
        validate_text(value, field)
    elif isinstance(value, list):
        convert_list(value, field, validate_input)
    elif dataclasses.is_dataclass(value):
        for input_field in dataclasses.fields(value):
            validate_input(
                getattr(value, input_field.name),
                f"{field}.{to_camel_case(input_field.name.rstrip('_'))}",
            )
    return value


def convert_list(values: Sequence[Any], field: str, convert: Converter | None) -> tuple[Any, ...]:
    """A list argument within its bound, each item converted."""
    if len(values) > MAX_LIST_LENGTH:
        raise Invalid(
            field,
            f"ส่งได้ไม่เกิน {MAX_LIST_LENGTH} รายการ",
            f"at most {MAX_LIST_LENGTH} items; send fewer",
        )
    return tuple(values if convert is None else (convert(v, field) for v in values))


def to_camel_case(name: str) -> str:
    """`fiscal_years` as the contract spells it."""
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)
