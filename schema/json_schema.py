"""JSON Schema of the inputs of commands, from the published schema."""

from collections.abc import Collection
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    Undefined,
    get_named_type,
)

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
SCALARS: Final = {"Int": "integer", "Float": "number", "Boolean": "boolean"}
"""The JSON types of scalars; all others are strings."""


def build_json_schema(
    schema: GraphQLSchema, input_name: str, left_out: Collection[str] = ()
) -> dict[str, Any]:
    """Return the JSON Schema of an input without some of its fields."""
    definitions: dict[str, Any] = {}
    add_definition(definitions, schema.get_type(input_name))
    root = definitions.pop(input_name)
    for name in left_out:
        root["properties"].pop(name, None)
    root["required"] = [name for name in root["required"] if name not in left_out]
    return {"$schema": DIALECT, **root, "$defs": definitions}


def add_definition(definitions: dict[str, Any], kind: Any) -> None:
    """Add the definition of an input or enum, and of all that it refers to."""
    if kind.name in definitions:
        return
    if isinstance(kind, GraphQLEnumType):
        definitions[kind.name] = {"enum": list(kind.values)}
        return
    assert isinstance(kind, GraphQLInputObjectType)  # noqa: S101 - scalars are never added
    properties: dict[str, Any] = {}
    definition: dict[str, Any] = {
        "type": "object",
        "description": kind.description,
        "properties": properties,
        "required": [
            name
            for name, field in kind.fields.items()
            if isinstance(field.type, GraphQLNonNull) and field.default_value is Undefined
        ],
        "additionalProperties": False,
    }
    definitions[kind.name] = definition
    for name, field in kind.fields.items():
        properties[name] = {**describe_type(field.type), "description": field.description}
        named = get_named_type(field.type)
        if isinstance(named, GraphQLEnumType | GraphQLInputObjectType):
            add_definition(definitions, named)


def describe_type(kind: Any) -> dict[str, Any]:
    """Return the schema of a value of a type; null is permitted where GraphQL permits it."""
    if isinstance(kind, GraphQLNonNull):
        return describe_required(kind.of_type)
    return {"anyOf": [describe_required(kind), {"type": "null"}]}


def describe_required(kind: Any) -> dict[str, Any]:
    """Return the schema of a value that is not null."""
    if isinstance(kind, GraphQLList):
        return {"type": "array", "items": describe_type(kind.of_type)}
    if isinstance(kind, GraphQLEnumType | GraphQLInputObjectType):
        return {"$ref": f"#/$defs/{kind.name}"}
    return {"type": SCALARS.get(kind.name, "string")}
