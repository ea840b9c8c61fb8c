"""Measure how large a document is, before it is validated.

Depth, breadth, aliases, directives, fragments and cost are computed in one walk that visits each
node of the document once: a fragment is measured where it is first spread and its size is cached.
(Limiters that measure it at every spread are themselves a denial of service: 25 fragments that each
spread the next one twice are 33 million visits.)

The cost of a field is its weight (`@cost`; else 1 if it has subfields, 0 if not) plus the cost of
its selections. For a list this is multiplied by its length: `first` for the `nodes` and `edges` of
a page, else the size of `window` or the length that `@cost` assumes. A field that is read as known
at an instant (`asOf`) costs 500 more.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
    is_list_type,
)

from hub.domain.record import value
from hub.web.graphql.limits import MAX_NESTED_SELECTIONS, MAX_SELECTIONS, DocumentMeasure
from hub.web.graphql.list_sizes import ListSizes

PAGE_ARGUMENT: Final = "first"
PAGE_FIELDS: Final = frozenset({"nodes", "edges"})
AS_OF_ARGUMENT: Final = "asOf"
AS_OF_COST: Final = 500
"""Added to a field whose data is read as known at an instant, from the history tables."""
DEFAULT_LIST_LENGTH: Final = 5
"""Assumed length of a list that has neither `first` nor an assumed length in `@cost`."""


@value
class FieldWeight:
    """The `@cost` of a field: its weight, and the assumed length of its list."""

    weight: int
    items: int | None = None


Weights = Mapping[tuple[str, str], FieldWeight]
"""Weights by the names of the type and the field."""


@value
class SelectionSize:
    """The size of a selection set including its subfields and fragments.

    The cost is `fixed`, plus `paged` for each item of the page whose fields these are.
    """

    depth: int = 0
    breadth: int = 0
    fixed: int = 0
    paged: int = 0


EMPTY: Final = SelectionSize()


def measure_document(
    schema: GraphQLSchema,
    ast: DocumentNode,
    weights: Weights,
    variables: Mapping[str, Any] | None = None,
) -> DocumentMeasure:
    """Return the measurements of a document, valid or not.

    Too many or too deeply nested selections end the walk; other limits are checked afterwards.
    """
    return _DocumentWalk(schema, ast, weights, variables or {}).measure_all()


class _LimitReached(Exception):
    """A limit was exceeded: the walk ends, as the document is rejected in any case."""


class _DocumentWalk:
    """One walk through one document."""

    def __init__(
        self,
        schema: GraphQLSchema,
        ast: DocumentNode,
        weights: Weights,
        variables: Mapping[str, Any],
    ) -> None:
        self.schema = schema
        self.weights = weights
        self.list_sizes = ListSizes(variables)
        self.measure = DocumentMeasure()
        self.operations = [d for d in ast.definitions if isinstance(d, OperationDefinitionNode)]
        self.fragments = {
            d.name.value: d for d in ast.definitions if isinstance(d, FragmentDefinitionNode)
        }
        self.fragment_sizes: dict[str, SelectionSize] = {}
        self.paths: dict[tuple[int, str], int] = {}
        self.field_counts: Counter[int] = Counter()

    def measure_all(self) -> DocumentMeasure:
        """Measure every operation, and the fragments that none of them spreads."""
        measure = self.measure
        measure.fragments = len(self.fragments)
        try:
            for operation in self.operations:
                measure.directives += len(operation.directives or ())
                root = self.schema.get_root_type(operation.operation)
                size = self.measure_selection_set(operation.selection_set, root, 0, 1)
                name = operation.name.value if operation.name else None
                measure.costs[name] = size.fixed + size.paged
                self.record_size(size)
            for name in self.fragments:
                self.record_size(self.measure_fragment(name, 1))
        except _LimitReached:
            pass
        measure.field_pairs = sum(n * (n - 1) // 2 for n in self.field_counts.values())
        measure.depends_on_variables = self.list_sizes.depends_on_variables
        return measure

    def record_size(self, size: SelectionSize) -> None:
        """Record the largest depth and breadth."""
        self.measure.depth = max(self.measure.depth, size.depth)
        self.measure.breadth = max(self.measure.breadth, size.breadth)

    def measure_selection_set(
        self,
        selection_set: SelectionSetNode,
        parent_type: GraphQLNamedType | None,
        path: int,
        nesting: int,
    ) -> SelectionSize:
        """Return the size of a selection set on a type (None: unknown)."""
        measure = self.measure
        measure.nested_selections = max(measure.nested_selections, nesting)
        if nesting > MAX_NESTED_SELECTIONS:
            raise _LimitReached
        depth = breadth = fixed = paged = 0
        for node in selection_set.selections:
            measure.selections += 1
            measure.directives += len(node.directives or ())
            if measure.selections > MAX_SELECTIONS:
                self.count_remaining(selection_set)
                raise _LimitReached
            if isinstance(node, FieldNode):
                size = self.measure_field(node, parent_type, path, nesting)
                breadth += 1
            elif isinstance(node, FragmentSpreadNode):
                self.count_field(path, "...")
                size = self.measure_fragment(node.name.value, nesting + 1)
                breadth += size.breadth
            else:
                size = self.measure_inline_fragment(node, parent_type, path, nesting)
                breadth += size.breadth
            depth = max(depth, size.depth)
            fixed += size.fixed
            paged += size.paged
        self.measure.breadth = max(self.measure.breadth, breadth)
        return SelectionSize(depth, breadth, fixed, paged)

    def count_remaining(self, selection_set: SelectionSetNode) -> None:
        """Count the unvisited selections of this set, for the error; they are not measured."""
        self.measure.selections = max(self.measure.selections, len(selection_set.selections))

    def measure_inline_fragment(
        self, node: Any, parent_type: GraphQLNamedType | None, path: int, nesting: int
    ) -> SelectionSize:
        """Return the size of an inline fragment."""
        inline: InlineFragmentNode = node
        narrowed = parent_type
        if inline.type_condition is not None:
            narrowed = self.schema.get_type(inline.type_condition.name.value)
        return self.measure_selection_set(inline.selection_set, narrowed, path, nesting + 1)

    def measure_fragment(self, name: str, nesting: int) -> SelectionSize:
        """Return the size of a fragment; empty while it is being measured, or if undefined."""
        if name not in self.fragment_sizes:
            self.fragment_sizes[name] = EMPTY  # validation rejects fragments that spread themselves
            definition = self.fragments.get(name)
            if definition is not None:
                self.measure.directives += len(definition.directives or ())
                parent_type = self.schema.get_type(definition.type_condition.name.value)
                self.fragment_sizes[name] = self.measure_selection_set(
                    definition.selection_set, parent_type, 0, nesting
                )
        return self.fragment_sizes[name]

    def count_field(self, parent_path: int, name: str) -> int:
        """Count a selection by its path from the root of its definition, and return the path."""
        path = self.paths.setdefault((parent_path, name), len(self.paths) + 1)
        self.field_counts[path] += 1
        return path

    def measure_field(
        self, node: FieldNode, parent_type: GraphQLNamedType | None, path: int, nesting: int
    ) -> SelectionSize:
        """Return the size of a field and its selections."""
        name = node.name.value
        if node.alias is not None:
            self.measure.aliases += 1
        field_path = self.count_field(path, (node.alias or node.name).value)
        definition = (
            parent_type.fields.get(name)
            if isinstance(parent_type, GraphQLObjectType | GraphQLInterfaceType)
            else None
        )
        field_type = get_named_type(definition.type) if definition is not None else None
        field_weight = (
            self.weights.get((parent_type.name, name)) if parent_type is not None else None
        )
        weight = (
            field_weight.weight if field_weight is not None else int(is_composite_type(field_type))
        )
        if node.arguments and self.list_sizes.has_value(node, AS_OF_ARGUMENT):
            weight += AS_OF_COST
        inner = EMPTY
        if node.selection_set is not None:
            inner = self.measure_selection_set(
                node.selection_set, field_type, field_path, nesting + 1
            )
        depth = inner.depth + 1
        if definition is None:
            return SelectionSize(depth, 1, weight + inner.fixed + inner.paged, 0)
        first = definition.args.get(PAGE_ARGUMENT)
        if first is not None:
            # For a page only its items are multiplied; for a list with `first`, all of it.
            items = self.list_sizes.resolve_page_size(node, PAGE_ARGUMENT, first)
            if is_list(definition):
                return SelectionSize(depth, 1, items * (weight + inner.fixed + inner.paged), 0)
            return SelectionSize(depth, 1, weight + inner.fixed + items * inner.paged, 0)
        item_cost = weight + inner.fixed + DEFAULT_LIST_LENGTH * inner.paged
        if not is_list(definition):
            return SelectionSize(depth, 1, item_cost, 0)
        if name in PAGE_FIELDS:
            return SelectionSize(depth, 1, 0, item_cost)
        items = (
            field_weight.items
            if field_weight is not None and field_weight.items is not None
            else DEFAULT_LIST_LENGTH
        )
        items = self.list_sizes.resolve_window_size(node, items)
        if parent_type is not None and parent_type.name.startswith("__"):
            items = 1  # introspection reads the schema from memory; its size is fixed
        return SelectionSize(depth, 1, items * item_cost, 0)


def is_list(definition: GraphQLField) -> bool:
    """Return whether the type of a field is a list."""
    kind = definition.type
    return is_list_type(kind.of_type if isinstance(kind, GraphQLNonNull) else kind)
