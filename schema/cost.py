"""What a field costs (`@cost`), where it is not what the door takes for granted.

Unsaid, a field with fields of its own costs 1 and any other nothing, and a list is taken for five
items, a page for its `first`; `docs/howto/ask-over-graphql.md` tells how that adds up.
"""

from collections.abc import Iterator

import strawberry
from strawberry.schema_directive import Location
from strawberry.types.base import StrawberryObjectDefinition


@strawberry.schema_directive(
    name="cost",
    locations=[Location.FIELD_DEFINITION],
    description="What asking for this field costs, where it is not the usual (ต้นทุน)",
)
class Cost:
    """Its own cost, and how many items its list is taken for; null where it is no list."""

    weight: int
    items: int | None = strawberry.UNSET


def list_field_costs(
    schema: strawberry.Schema,
) -> Iterator[tuple[tuple[str, str], int, int | None]]:
    """Type and field as the contract spells them, the cost, and the items of a list."""
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
