"""Tests rules of the published schema: descriptions, nullability, permissions, committed SDL."""

import dataclasses
import importlib
import inspect
import re
import types
import typing
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    build_schema,
)
from strawberry.types.base import StrawberryList, StrawberryOptional

import schema
from hub.domain.identity.viewer import PERMISSION_DESCRIPTIONS, Permission
from schema.contract import create_schema, render_sdl

ROOT = Path(__file__).parents[2]
THAI = re.compile(r"[\u0e00-\u0e7f]")
PUBLISHED = build_schema(render_sdl())
PUBLISHED_TYPES = {
    name: kind
    for name, kind in PUBLISHED.type_map.items()
    if not name.startswith("__")
    and isinstance(
        kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType | GraphQLEnumType
    )
}


def iterate_descriptions() -> Iterator[tuple[str, str | None]]:
    """Yield every type, field and argument with its description."""
    for name, kind in PUBLISHED_TYPES.items():
        yield name, kind.description
        if isinstance(kind, GraphQLEnumType):
            continue
        for field_name, field in kind.fields.items():
            yield f"{name}.{field_name}", field.description
            for argument, definition in getattr(field, "args", {}).items():
                yield f"{name}.{field_name}({argument}:)", definition.description


def test_every_type_field_and_argument_has_a_description() -> None:
    assert [place for place, description in iterate_descriptions() if not description] == []


def test_every_type_description_has_the_thai_term() -> None:
    without = [
        name
        for name, kind in PUBLISHED_TYPES.items()
        if not THAI.search(kind.description or "") and not isinstance(kind, GraphQLInputObjectType)
    ]
    assert without == []


def test_committed_sdl_equals_the_served_sdl() -> None:
    assert (ROOT / "schema/schema.graphql").read_text(encoding="utf-8") == render_sdl()


def test_schema_package_is_imported_from_this_repository() -> None:
    assert Path(schema.__file__ or "").is_relative_to(ROOT)


def iterate_batch_fields() -> Iterator[tuple[str, Any]]:
    """Yield every published field that has a batch resolver."""
    for definition in create_schema().schema_converter.type_map.values():
        strawberry_type: Any = definition.definition
        for field in getattr(strawberry_type, "fields", []):
            batch = getattr(getattr(field.base_resolver, "wrapped_func", None), "batch", None)
            if batch is not None:
                yield f"{strawberry_type.name}.{field.name}", field


def resolver_item_type(batch: Any) -> Any:
    """Return the item type of the sequence that a batch resolver returns, one item per parent."""
    returned = typing.get_type_hints(batch)["return"]
    (item,) = typing.get_args(returned)
    return item


def inspect_annotation(annotation: Any) -> tuple[bool, bool]:
    """Return whether an annotation is nullable and whether it is a list, without exceptions."""
    options = [annotation]
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        options = list(typing.get_args(annotation))
    value_types = [
        option
        for option in options
        if option is not type(None)
        and not (inspect.isclass(option) and issubclass(option, BaseException))
    ]
    is_nullable = type(None) in options
    is_list = any(typing.get_origin(option) in (list, tuple, Sequence) for option in value_types)
    return is_nullable, is_list


@pytest.mark.parametrize("place_and_field", list(iterate_batch_fields()), ids=lambda pair: pair[0])
def test_field_and_its_resolver_agree_on_null_and_list(
    place_and_field: tuple[str, Any],
) -> None:
    place, field = place_and_field
    batch = field.base_resolver.wrapped_func.batch
    is_nullable, is_list = inspect_annotation(resolver_item_type(batch))
    published = field.type
    optional = isinstance(published, StrawberryOptional)
    of_type = published.of_type if isinstance(published, StrawberryOptional) else published
    assert isinstance(of_type, StrawberryList) is is_list, place
    # A root field may fail, so the schema publishes it as nullable in every case.
    if not place.startswith(("Query.", "Mutation.")):
        assert optional is is_nullable, place


def test_more_than_sixty_fields_are_compared() -> None:
    assert len(list(iterate_batch_fields())) > 60


def test_domain_records_have_slots() -> None:
    for path in sorted((ROOT / "hub/domain").rglob("*.py")):
        dotted = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
        module = importlib.import_module(dotted.removesuffix(".__init__"))
        for thing in vars(module).values():
            if dataclasses.is_dataclass(thing) and thing.__module__ == module.__name__:
                assert hasattr(thing, "__slots__"), thing


def test_every_mutation_declares_its_permission() -> None:
    declared = {
        place: field.base_resolver.wrapped_func.needs
        for place, field in iterate_batch_fields()
        if place.startswith("Mutation.")
    }
    assert len(declared) == len(PUBLISHED.mutation_type.fields if PUBLISHED.mutation_type else ())
    assert [place for place, needs in declared.items() if needs is None] == []


def test_every_permission_is_described_in_both_languages() -> None:
    assert set(PERMISSION_DESCRIPTIONS) == set(Permission)
    assert all(THAI.search(th) and en.isascii() for th, en in PERMISSION_DESCRIPTIONS.values())
