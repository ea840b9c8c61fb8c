"""The published contract keeps the house's promises, whatever is added to it."""

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
OURS = {
    name: kind
    for name, kind in PUBLISHED.type_map.items()
    if not name.startswith("__")
    and isinstance(
        kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType | GraphQLEnumType
    )
}


def described() -> Iterator[tuple[str, str | None]]:
    """Every type, field and argument with what is said of it."""
    for name, kind in OURS.items():
        yield name, kind.description
        if isinstance(kind, GraphQLEnumType):
            continue
        for field_name, field in kind.fields.items():
            yield f"{name}.{field_name}", field.description
            for argument, held in getattr(field, "args", {}).items():
                yield f"{name}.{field_name}({argument}:)", held.description


def test_everything_published_is_described() -> None:
    assert [place for place, words in described() if not words] == []


def test_every_type_gives_the_thai_term() -> None:
    without = [
        name
        for name, kind in OURS.items()
        if not THAI.search(kind.description or "") and not isinstance(kind, GraphQLInputObjectType)
    ]
    assert without == []


def test_the_committed_sdl_is_what_is_served() -> None:
    assert (ROOT / "schema/schema.graphql").read_text(encoding="utf-8") == render_sdl()


def test_schema_is_our_package_and_not_the_one_of_that_name_on_the_index() -> None:
    assert Path(schema.__file__ or "").is_relative_to(ROOT)


def fields() -> Iterator[tuple[str, Any]]:
    """Every published field that has a set-at-a-time resolver."""
    for definition in create_schema().schema_converter.type_map.values():
        strawberry_type: Any = definition.definition
        for field in getattr(strawberry_type, "fields", []):
            batch = getattr(getattr(field.base_resolver, "wrapped_func", None), "batch", None)
            if batch is not None:
                yield f"{strawberry_type.name}.{field.name}", field


def answers(batch: Any) -> Any:
    """What one parent gets: the item of the sequence a resolver returns, exceptions apart."""
    returned = typing.get_type_hints(batch)["return"]
    (item,) = typing.get_args(returned)
    return item


def shape(annotation: Any) -> tuple[bool, bool]:
    """Whether an annotation may be null, and whether it is a list."""
    options = [annotation]
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        options = list(typing.get_args(annotation))
    kept = [
        option
        for option in options
        if option is not type(None)
        and not (inspect.isclass(option) and issubclass(option, BaseException))
    ]
    null = type(None) in options
    listed = any(typing.get_origin(option) in (list, tuple, Sequence) for option in kept)
    return null, listed


@pytest.mark.parametrize("place_and_field", list(fields()), ids=lambda pair: pair[0])
def test_a_field_and_its_resolver_agree_on_null_and_list(
    place_and_field: tuple[str, Any],
) -> None:
    place, field = place_and_field
    batch = field.base_resolver.wrapped_func.batch
    null, listed = shape(answers(batch))
    published = field.type
    optional = isinstance(published, StrawberryOptional)
    of_type = published.of_type if isinstance(published, StrawberryOptional) else published
    assert isinstance(of_type, StrawberryList) is listed, place
    # A root field may fail, so the contract publishes it nullable whatever the resolver says.
    if not place.startswith(("Query.", "Mutation.")):
        assert optional is null, place


def test_there_are_fields_to_compare() -> None:
    assert len(list(fields())) > 60


def test_records_are_slotted_so_that_a_misspelt_attribute_fails() -> None:
    for path in sorted((ROOT / "hub/domain").rglob("*.py")):
        dotted = path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
        module = importlib.import_module(dotted.removesuffix(".__init__"))
        for thing in vars(module).values():
            if dataclasses.is_dataclass(thing) and thing.__module__ == module.__name__:
                assert hasattr(thing, "__slots__"), thing


def test_every_mutation_declares_its_permission() -> None:
    declared = {
        place: field.base_resolver.wrapped_func.needs
        for place, field in fields()
        if place.startswith("Mutation.")
    }
    assert len(declared) == len(PUBLISHED.mutation_type.fields if PUBLISHED.mutation_type else ())
    assert [place for place, needs in declared.items() if needs is None] == []


def test_every_permission_is_said_in_both_languages() -> None:
    assert set(PERMISSION_DESCRIPTIONS) == set(Permission)
    assert all(THAI.search(th) and en.isascii() for th, en in PERMISSION_DESCRIPTIONS.values())
