"""Random valid queries over a schema: fragments, aliases, directives, arguments and variables."""

import random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

LITERALS = {
    "String": ['"ท่องเที่ยว"', '""'],
    "ID": ['"gid://hub/Area/20"', '"gid://hub/Agency/moi"', '"x"'],
    "Int": ["0", "1", "2554"],
    "Float": ["0.5", "1"],
    "Boolean": ["true", "false"],
    "Decimal": ['"0.5"', '"x"'],
    "Date": ['"2026-01-31"'],
    "DateTime": ['"2026-01-31T00:00:00Z"'],
}


class RandomOperation:
    """Writes one query; `text`, and `variables` for it in a few combinations."""

    def __init__(self, schema: GraphQLSchema, seed: int) -> None:
        self._schema = schema
        self._random = random.Random(seed)  # noqa: S311 - test data
        self._fragments: dict[str, str] = {}
        self._declared: dict[str, str] = {"yes": "Boolean!", "no": "Boolean! = false"}
        self._aliases = 0
        body = self._selection(schema.query_type, 0)
        declared = ", ".join(f"${name}: {of}" for name, of in self._declared.items())
        used = "probe: __typename @include(if: $yes) @skip(if: $no)"
        self.text = f"query Q({declared}) {{ {used} {body} }}\n" + "\n".join(
            self._fragments.values()
        )

    def variables(self, number: int) -> dict[str, Any]:
        """Return the variables of a run."""
        found: dict[str, Any] = {"yes": number % 2 == 0, "no": number % 3 == 2}
        source = random.Random(number)  # noqa: S311 - test data
        for name, of in self._declared.items():
            if name not in found and source.random() < 0.7:
                found[name] = (
                    source.choice([None, 0, 3]) if of == "Int" else source.choice([None, "x"])
                )
        return found

    def _selection(self, object_type: Any, depth: int) -> str:
        source = self._random
        parts = ["__typename"] if source.random() < 0.3 else []
        fields = list(object_type.fields.items()) if hasattr(object_type, "fields") else []
        if depth >= 5:
            fields = [(n, f) for n, f in fields if is_leaf_type(named(f.type))]
        for name, field in source.sample(fields, min(len(fields), source.randint(1, 4))):
            parts.append(self._field(name, field, depth))
            if source.random() < 0.1:
                parts.append(self._field(name, field, depth))
        if is_abstract_type(object_type):
            parts += [
                f"... on {one.name} {{ {self._selection(one, depth + 1)} }}"
                for one in source.sample(self._schema.get_possible_types(object_type), 2)
            ]
        text = " ".join(parts) or "__typename"
        kind = source.random()
        if kind < 0.1:
            name = f"F{len(self._fragments)}"
            self._fragments[name] = ""
            self._fragments[name] = f"fragment {name} on {object_type.name} {{ {text} }}"
            return f"...{name} {self._directive()}"
        if kind < 0.2:
            return f"... on {object_type.name} {self._directive()} {{ {text} }} __typename"
        return text

    def _field(self, name: str, field: Any, depth: int) -> str:
        self._aliases += 1
        arguments = [
            f"{key}: {self._literal(argument.type, 0)}"
            for key, argument in field.args.items()
            if is_required_argument(argument) or self._random.random() < 0.3
        ]
        text = f"a{self._aliases}: {name}" + (f"({', '.join(arguments)})" if arguments else "")
        text += f" {self._directive()}"
        if is_leaf_type(named(field.type)):
            return text
        return f"{text} {{ {self._selection(named(field.type), depth + 1)} }}"

    def _directive(self) -> str:
        if self._random.random() < 0.9:
            return ""
        return self._random.choice(
            ["@include(if: $yes)", "@skip(if: $no)", "@skip(if: true)", "@include(if: true)"]
        )

    def _literal(self, of: Any, depth: int) -> str:
        source = self._random
        if not isinstance(of, GraphQLNonNull):
            if source.random() < 0.1:
                return "null"
            if depth == 0 and str(of) in {"Int", "String"} and source.random() < 0.4:
                self._declared[f"v{len(self._declared)}"] = str(of)
                return f"$v{len(self._declared) - 1}"
        nullable = of.of_type if isinstance(of, GraphQLNonNull) else of
        if isinstance(nullable, GraphQLList):
            count = source.randint(0, 2)
            return (
                f"[{', '.join(self._literal(nullable.of_type, depth + 1) for _ in range(count))}]"
            )
        if isinstance(nullable, GraphQLEnumType):
            return str(source.choice(list(nullable.values)))
        if isinstance(nullable, GraphQLInputObjectType):
            fields = list(nullable.fields.items())
            if nullable.is_one_of:
                fields = [source.choice(fields)]
                parts = [
                    f"{k}: {self._literal(GraphQLNonNull(f.type), depth + 1)}" for k, f in fields
                ]
            else:
                parts = [
                    f"{k}: {self._literal(f.type, depth + 1)}"
                    for k, f in fields
                    if is_required_input_field(f) or (depth < 3 and source.random() < 0.3)
                ]
            return f"{{{', '.join(parts)}}}"
        return source.choice(LITERALS[nullable.name])


def named(of: Any) -> Any:
    """Return the named type of a type."""
    while isinstance(of, GraphQLList | GraphQLNonNull):
        of = of.of_type
    return of
