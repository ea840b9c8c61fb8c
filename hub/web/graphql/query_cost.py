"""How large a document is, measured before it is validated: one rule for every way to be too large.

Levels, breadth, aliases, directives, fragments and cost are found in one walk that comes to each
node of the document once, whatever spreads whatever: a fragment is measured where it is first met
and remembered. (Limiters that measure it at every spread are a denial of service of their own: 25
fragments that each spread the next one twice are 33 million visits.)

The cost of a field is the weight the contract gives it (`@cost`), else 1 where it has fields of its
own and 0 where it has none, and besides the cost of what is asked of it; where it is a list, times
the length of that: `first` for the `nodes` and `edges` of a page, the bound of `window` or what
`@cost` assumes otherwise.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_composite_type,
    is_list_type,
)

from hub.domain.record import value
from hub.web.graphql.limits import MAX_NESTED_SELECTIONS, MAX_SELECTIONS, DocumentMeasure

PAGE_ARGUMENT: Final = "first"
PAGE_FIELDS: Final = frozenset({"nodes", "edges"})
MAX_PAGE_SIZE: Final = 100
"""What a `first` counts for at most, and where its value does not say: more is refused later."""
WINDOW_ARGUMENT: Final = "window"
MAX_WINDOW_CELLS: Final = 2_000
"""What a window counts for at most: more cells are refused later."""
DEFAULT_LIST_LENGTH: Final = 5
"""Items in a list that has neither `first` nor a length of its own in the contract."""


@value
class FieldWeight:
    """What the contract says of a field: its own cost, and how many items its list is taken for."""

    weight: int
    items: int | None = None


Weights = Mapping[tuple[str, str], FieldWeight]
"""By type and field, as the contract spells them."""


@value
class SelectionSize:
    """Of a selection set, what is beneath it, fragments spread.

    Cost is `fixed` and, for each item of the page whose fields these are, `paged`.
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
    """What a document comes to, whether or not it is valid; too much of one thing ends the walk."""
    return _DocumentWalk(schema, ast, weights, variables or {}).measure_all()


class _LimitReached(Exception):
    """There is more than will be answered; how much more is nobody's concern."""


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
        self.variables = variables
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
        return measure

    def record_size(self, size: SelectionSize) -> None:
        """Remember the deepest and the broadest."""
        self.measure.depth = max(self.measure.depth, size.depth)
        self.measure.breadth = max(self.measure.breadth, size.breadth)

    def measure_selection_set(
        self,
        selection_set: SelectionSetNode,
        parent_type: GraphQLNamedType | None,
        path: int,
        nesting: int,
    ) -> SelectionSize:
        """The size of a selection set of a type (null: unknown)."""
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
        """Nothing more is measured, yet the refusal should say how many stand here."""
        self.measure.selections = max(self.measure.selections, len(selection_set.selections))

    def measure_inline_fragment(
        self, node: Any, parent_type: GraphQLNamedType | None, path: int, nesting: int
    ) -> SelectionSize:
        """The size of an inline fragment."""
        inline: InlineFragmentNode = node
        narrowed = parent_type
        if inline.type_condition is not None:
            narrowed = self.schema.get_type(inline.type_condition.name.value)
        return self.measure_selection_set(inline.selection_set, narrowed, path, nesting + 1)

    def measure_fragment(self, name: str, nesting: int) -> SelectionSize:
        """The size of a fragment; nothing while it is being measured, or where there is none."""
        if name not in self.fragment_sizes:
            self.fragment_sizes[name] = EMPTY  # a fragment in itself is refused by validation
            definition = self.fragments.get(name)
            if definition is not None:
                self.measure.directives += len(definition.directives or ())
                parent_type = self.schema.get_type(definition.type_condition.name.value)
                self.fragment_sizes[name] = self.measure_selection_set(
                    definition.selection_set, parent_type, 0, nesting
                )
        return self.fragment_sizes[name]

    def count_field(self, parent_path: int, name: str) -> int:
        """Count who stands at a place: the names on the way from the head of its definition."""
        path = self.paths.setdefault((parent_path, name), len(self.paths) + 1)
        self.field_counts[path] += 1
        return path

    def measure_field(
        self, node: FieldNode, parent_type: GraphQLNamedType | None, path: int, nesting: int
    ) -> SelectionSize:
        """The size of a field and what is asked of it."""
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
            # Of a page, its items count; of a list with `first` of its own, all of it does.
            items = self.resolve_page_size(node, PAGE_ARGUMENT, first)
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
        items = self.resolve_window_size(node, items)
        if parent_type is not None and parent_type.name.startswith("__"):
            items = 1  # the contract is served from memory and bounded by itself
        return SelectionSize(depth, 1, items * item_cost, 0)

    def resolve_page_size(self, node: FieldNode, name: str, argument: GraphQLArgument) -> int:
        """The value of a whole-number argument, literal or variable; the largest where unsaid."""
        default = argument.default_value
        value: Any = default if isinstance(default, int) else MAX_PAGE_SIZE
        for supplied in node.arguments or ():
            if supplied.name.value != name:
                continue
            if isinstance(supplied.value, IntValueNode):
                value = parse_bounded(supplied.value.value)
            elif isinstance(supplied.value, VariableNode):
                self.measure.depends_on_variables = True
                value = self.variables.get(supplied.value.name.value, MAX_PAGE_SIZE)
        if not isinstance(value, int) or isinstance(value, bool):
            return MAX_PAGE_SIZE
        return max(0, min(value, MAX_PAGE_SIZE))

    def resolve_window_size(self, node: FieldNode, items: int) -> int:
        """How many items a `window` lets through, both ends included; `items` where unsaid."""
        for argument in node.arguments or ():
            if argument.name.value != WINDOW_ARGUMENT:
                continue
            edges: Any = None
            if isinstance(argument.value, VariableNode):
                self.measure.depends_on_variables = True
                edges = self.variables.get(argument.value.name.value)
            elif isinstance(argument.value, ObjectValueNode):
                edges = {
                    one.name.value: self.resolve_window_edge(one.value)
                    for one in argument.value.fields
                }
            if isinstance(edges, Mapping):
                high, wide = window_extent(edges, "row"), window_extent(edges, "column")
                return items if high is None or wide is None else min(high * wide, MAX_WINDOW_CELLS)
        return items

    def resolve_window_edge(self, node: Any) -> Any:
        """One edge of a window, literal or variable; null where it is neither."""
        if isinstance(node, VariableNode):
            self.measure.depends_on_variables = True
            return self.variables.get(node.name.value)
        return int(node.value) if isinstance(node, IntValueNode) and len(node.value) < 11 else None


def window_extent(edges: Mapping[str, Any], side: str) -> int | None:
    """How many rows or columns lie between the two edges of a window; null where that is unsaid."""
    first, last = edges.get(f"{side}From"), edges.get(f"{side}To")
    if type(first) is not int or type(last) is not int:
        return None
    return max(0, last - first + 1)


def parse_bounded(digits: str) -> int:
    """A literal of any length as a number; beyond what GraphQL knows, the longest page."""
    return int(digits) if len(digits) < 11 else MAX_PAGE_SIZE


def is_list(definition: GraphQLField) -> bool:
    """Whether a field answers a list."""
    kind = definition.type
    return is_list_type(kind.of_type if isinstance(kind, GraphQLNonNull) else kind)
