"""Random records and resolver results for every published field, with nulls and errors.

A value depends only on a seed and its place, so two executions of an operation receive the same.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from graphql import GraphQLList, GraphQLNonNull, GraphQLSchema, is_abstract_type, is_leaf_type
from strawberry.schema.schema_converter import GraphQLCoreConverter

from hub.domain import paging
from hub.errors import Forbidden, Invalid

DEFINITION = GraphQLCoreConverter.DEFINITION_BACKREF
LEAVES: dict[str, Callable[[random.Random], Any]] = {
    "String": lambda r: r.choice(["", "ชลบุรี", "a"]),
    "ID": lambda r: r.choice(["gid://hub/Area/20", "gid://hub/Agency/moi"]),
    "Boolean": lambda r: r.random() < 0.5,
    "Int": lambda r: r.choice([0, 7, -3]),
    "Float": lambda r: r.choice([0.0, 1.5]),
    "Decimal": lambda r: Decimal(r.choice(["0.10", "12345678901234567.89"])),
    "DateTime": lambda r: datetime(2026, 1, r.randint(1, 28), tzinfo=UTC),
    "Date": lambda r: date(2026, 1, r.randint(1, 28)),
}


class RandomWorld:
    """The values of one seed; `failure_rate` is the share of values that are errors."""

    def __init__(self, schema: GraphQLSchema, seed: int, failure_rate: float) -> None:
        self.schema = schema
        self.seed = seed
        self.failure_rate = failure_rate
        self._records: dict[str, Any] = {}

    def random_at(self, place: str) -> random.Random:
        return random.Random(f"{self.seed}/{place}")  # noqa: S311 - test data

    def value(self, graphql_type: Any, place: str) -> Any:
        """Return a value of a type, sometimes null or an error where there may be none."""
        source = self.random_at(place)
        is_non_null = isinstance(graphql_type, GraphQLNonNull)
        if source.random() < self.failure_rate:
            return source.choice([None, Invalid("x", "ผิด", "wrong"), RuntimeError("broken"), 2**40])
        if not is_non_null and source.random() < 0.15:
            return None
        nullable = graphql_type.of_type if is_non_null else graphql_type
        if isinstance(nullable, GraphQLList):
            count = source.choice([0, 1, 2, 3])
            items = [self.value(nullable.of_type, f"{place}[{n}]") for n in range(count)]
            return source.choice([list, tuple])(items)
        if is_leaf_type(nullable):
            enum_class = getattr(nullable, "wrapped_cls", None)
            if enum_class is not None:
                return source.choice(list(enum_class))
            return LEAVES[nullable.name](source)
        object_type = nullable
        if is_abstract_type(nullable):
            object_type = source.choice(self.schema.get_possible_types(nullable))
        shared = source.random() < 0.3
        return self.record(
            object_type, f"{object_type.name}#{source.randint(0, 2)}" if shared else place
        )

    def record(self, object_type: Any, place: str) -> Any:
        """Return the record of a place; most are the same object each time."""
        key = f"{object_type.name}@{place}"
        if key not in self._records:
            made: Any = object.__new__(get_record_class(object_type))
            world, seed_place = self, place
            made.__dict__.update(_world=world, _place=seed_place, _type=object_type)
            if self.random_at(f"{place}/fresh").random() < 0.1:
                return made
            self._records[key] = made
        return self._records[key]


RECORD_CLASSES: dict[str, type] = {}


def get_record_class(object_type: Any) -> type:
    """Return a subclass of a type's record whose published attributes are random."""
    if object_type.name in RECORD_CLASSES:
        return RECORD_CLASSES[object_type.name]
    base = find_record_class(object_type)
    types = {
        field.extensions[DEFINITION].python_name: field.type
        for field in object_type.fields.values()
        if field.extensions[DEFINITION].base_resolver is None
    }

    def _read(self: Any, name: str) -> Any:
        if name not in types:
            return object.__getattribute__(self, name)
        value = self._world.value(types[name], f"{self._place}.{name}")
        if isinstance(value, RuntimeError):
            raise value
        return value

    made = type(
        f"Random{object_type.name}",
        (base,),
        {"__getattribute__": _read, "__hash__": object.__hash__, "__eq__": object.__eq__},
    )
    RECORD_CLASSES[object_type.name] = made
    return made


def find_record_class(object_type: Any) -> type:
    """Return the class that `is_type_of` of a published type tests for."""
    predicate = object_type.is_type_of
    closure = getattr(predicate, "__closure__", None) or ()
    for cell in closure:
        if isinstance(cell.cell_contents, type):
            record: type = cell.cell_contents
            return record
    return paging.Edge if object_type.name.endswith("Edge") else paging.Connection


@contextmanager
def random_resolvers(schema: GraphQLSchema) -> Iterator[None]:
    """Replace the batch of every resolver during the block; results come from `context.unit`."""
    replaced = []
    try:
        for object_type in schema.type_map.values():
            for name, field in getattr(object_type, "fields", {}).items():
                strawberry_field = getattr(field, "extensions", {}).get(DEFINITION)
                resolver = getattr(strawberry_field, "base_resolver", None)
                function = getattr(resolver, "wrapped_func", None)
                if function is None or not hasattr(function, "batch"):
                    continue
                cell = function.__closure__[function.__code__.co_freevars.index("batch")]
                replaced.append((function, cell, cell.cell_contents))
                cell.cell_contents = function.batch = build_batch(field.type, name)
        yield
    finally:
        for function, cell, batch in reversed(replaced):
            cell.cell_contents = function.batch = batch


def build_batch(graphql_type: Any, name: str) -> Any:
    """Return a resolver with random results; sometimes it fails as a whole."""

    async def _batch(parents: Sequence[Any], context: Any, **arguments: Any) -> list[Any]:
        world: RandomWorld = context.unit
        shown = sorted((k, str(v)[:200]) for k, v in arguments.items())
        source = world.random_at(f"{name}{shown}")
        if source.random() < world.failure_rate / 2:
            raise source.choice([Forbidden(), Invalid("x", "ผิด", "wrong"), KeyError("broken")])
        return [
            world.value(graphql_type, f"{getattr(p, '_place', '')}.{name}{shown}") for p in parents
        ]

    return _batch
