"""Convert columns of leaf values to JSON values, as graphql-core does one by one."""

import math
from collections.abc import Callable
from itertools import chain, islice
from typing import Any, Final

from graphql import GraphQLEnumType, GraphQLLeafType

from schema.execution.plan import Column, LeafConverter, UnexpectedValue

LISTS: Final = frozenset({list, tuple})
MIN_INT, MAX_INT = -(2**31), 2**31 - 1
UNCHANGED_CLASSES: Final[dict[str, type]] = {
    "String": str,
    "ID": str,
    "Boolean": bool,
    "Int": int,
    "Float": float,
}
"""The class whose values a built-in scalar returns unchanged."""


def build_leaf_converter(
    leaf: GraphQLLeafType, is_list_null: tuple[bool, ...], *, is_nullable: bool
) -> LeafConverter:
    """Return the converter of a column of (lists of) leaf values."""
    convert = _build_converter(leaf, is_nullable=is_nullable)
    for is_null in reversed(is_list_null):
        convert = _convert_lists(convert, is_nullable=is_null)
    return convert


def _build_converter(leaf: GraphQLLeafType, *, is_nullable: bool) -> LeafConverter:
    convert_each = _convert_each(leaf.coerce_output_value, is_nullable=is_nullable)
    none = {type(None)} if is_nullable else set()
    enum_class = getattr(leaf, "wrapped_cls", None)
    if isinstance(leaf, GraphQLEnumType) and enum_class is not None:
        published = {value.value: name for name, value in leaf.values.items()}
        names = {
            member: published[member.value] for member in enum_class if member.value in published
        }
        return _convert_enum(names, {enum_class} | none, convert_each)
    if leaf.name in UNCHANGED_CLASSES:
        classes = {UNCHANGED_CLASSES[leaf.name]} | none
        return _pass_unchanged(classes, convert_each, leaf.name)
    return convert_each


def _convert_each(coerce: Callable[[Any], Any], *, is_nullable: bool) -> LeafConverter:
    def _convert(values: Column) -> Column:
        converted: Column = []
        for value in values:
            if value is None:
                if not is_nullable:
                    raise UnexpectedValue
                converted.append(None)
                continue
            if isinstance(value, BaseException):
                raise UnexpectedValue
            try:
                result = coerce(value)
            except Exception:  # noqa: BLE001 - graphql-core reports it
                raise UnexpectedValue from None
            if result is None:
                raise UnexpectedValue
            converted.append(result)
        return converted

    return _convert


def _convert_enum(
    names: dict[Any, Any], classes: set[type], convert_each: LeafConverter
) -> LeafConverter:
    names = {None: None, **names}

    def _convert(values: Column) -> Column:
        if not classes.issuperset(map(type, values)):
            return convert_each(values)
        try:
            return [names[value] for value in values]
        except KeyError:
            raise UnexpectedValue from None

    return _convert


def _pass_unchanged(classes: set[type], convert_each: LeafConverter, name: str) -> LeafConverter:
    def _convert(values: Column) -> Column:
        if not classes.issuperset(map(type, values)):
            return convert_each(values)
        if name == "Int" and not all(v is None or MIN_INT <= v <= MAX_INT for v in values):
            raise UnexpectedValue
        if name == "Float" and not all(v is None or math.isfinite(v) for v in values):
            raise UnexpectedValue
        return values

    return _convert


def _convert_lists(convert: LeafConverter, *, is_nullable: bool) -> LeafConverter:
    classes = LISTS | {type(None)} if is_nullable else LISTS

    def _convert(values: Column) -> Column:
        if not classes.issuperset(map(type, values)):
            raise UnexpectedValue
        flat = iter(convert(list(chain.from_iterable(v for v in values if v is not None))))
        return [None if v is None else list(islice(flat, len(v))) for v in values]

    return _convert
