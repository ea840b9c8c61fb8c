"""The cost of a field (`@cost`), if it differs from the default.

By default a field with subfields costs 1 and any other field 0; a list counts as five items, a page
as its `first`. `docs/howto/ask-over-graphql.md` explains the calculation.
"""

from collections.abc import Iterator

import strawberry
from strawberry.schema_directive import Location
from strawberry.types.base import StrawberryObjectDefinition


@strawberry.schema_directive(
    name="cost",
    locations=[Location.FIELD_DEFINITION],
    description="Cost of the field, if it differs from the default (ต้นทุน)",
)
class Cost:
    """The field's own cost, and the assumed number of items of its list; null if not a list."""

    weight: int
    items: int | None = strawberry.UNSET


def list_field_costs(
    schema: strawberry.Schema,
) -> Iterator[tuple[tuple[str, str], int, int | None]]:
    """Yield type and field name, the cost, and the assumed items of a list."""
    for name, concrete in schema.schema_converter.type_map.items():
        definition = concrete.definition
        if not isinstance(definition, StrawberryObjectDefinition):
            continue
        for field in definition.fields:
            for directive in field.directives:
                if isinstance(directive, Cost):
                    field_name = schema.config.name_converter.get_graphql_name(field)
                    items = directive.items if isinstance(directive.items, int) else None
                    yield (name, field_name), directive.weight, items
