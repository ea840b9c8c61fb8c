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
from hub.web.graphql.limits import MAX_NESTED_VALUES, MAX_SELECTIONS, DocumentMeasure

PAGE: Final = "first"
PAGED: Final = frozenset({"nodes", "edges"})
MAX_PAGE_SIZE: Final = 100
"""What a `first` counts for at most, and where its value does not say: more is refused later."""
WINDOW: Final = "window"
MAX_CELLS: Final = 2_000
"""What a window counts for at most: more cells are refused later."""
ASSUMED: Final = 5
"""Items in a list that has neither `first` nor a length of its own in the contract."""


@value
class FieldWeight:
    """What the contract says of a field: its own cost, and how many items its list is taken for."""

    weight: int
    items: int | None = None


Weights = Mapping[tuple[str, str], FieldWeight]
"""By type and field, as the contract spells them."""


@value
class Size:
    """Of a selection set, what is beneath it, fragments spread.

    Cost is `fixed` and, for each item of the page whose fields these are, `paged`.
    """

    levels: int = 0
    breadth: int = 0
    fixed: int = 0
    paged: int = 0


NONE: Final = Size()


def measure_document(
    schema: GraphQLSchema,
    ast: DocumentNode,
    weights: Weights,
    variables: Mapping[str, Any] | None = None,
) -> DocumentMeasure:
    """What a document comes to, whether or not it is valid; too much of one thing ends the walk."""
    return _DocumentWalk(schema, ast, weights, variables or {}).all()


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
        self.measured = DocumentMeasure()
        self.operations = [d for d in ast.definitions if isinstance(d, OperationDefinitionNode)]
        self.fragments = {
            d.name.value: d for d in ast.definitions if isinstance(d, FragmentDefinitionNode)
        }
        self.fragment_sizes: dict[str, Size] = {}
        self.places: dict[tuple[int, str], int] = {}
        self.open_fields: Counter[int] = Counter()

    def all(self) -> DocumentMeasure:
        """Measure every operation, and the fragments that none of them spreads."""
        measured = self.measured
        measured.fragments = len(self.fragments)
        try:
            for operation in self.operations:
                measured.directives += len(operation.directives or ())
                root = self.schema.get_root_type(operation.operation)
                size = self.selected(operation.selection_set, root, 0, 1)
                name = operation.name.value if operation.name else None
                measured.costs[name] = size.fixed + size.paged
                self.widen(size)
            for name in self.fragments:
                self.widen(self.spread(name, 1))
        except _LimitReached:
            pass
        measured.meetings = sum(n * (n - 1) // 2 for n in self.open_fields.values())
        return measured

    def widen(self, size: Size) -> None:
        """Remember the deepest and the broadest."""
        self.measured.levels = max(self.measured.levels, size.levels)
        self.measured.breadth = max(self.measured.breadth, size.breadth)

    def selected(
        self, chosen: SelectionSetNode, of: GraphQLNamedType | None, place: int, down: int
    ) -> Size:
        """The size of a selection set of a type (null: unknown)."""
        measured = self.measured
        measured.nested = max(measured.nested, down)
        if down > MAX_NESTED_VALUES:
            raise _LimitReached
        levels = breadth = fixed = paged = 0
        for node in chosen.selections:
            measured.visits += 1
            measured.directives += len(node.directives or ())
            if measured.visits > MAX_SELECTIONS:
                self.rest(chosen)
                raise _LimitReached
            if isinstance(node, FieldNode):
                size = self.measure_field(node, of, place, down)
                breadth += 1
            elif isinstance(node, FragmentSpreadNode):
                self.count_field(place, "...")
                size = self.spread(node.name.value, down + 1)
                breadth += size.breadth
            else:
                size = self.within(node, of, place, down)
                breadth += size.breadth
            levels = max(levels, size.levels)
            fixed += size.fixed
            paged += size.paged
        self.measured.breadth = max(self.measured.breadth, breadth)
        return Size(levels, breadth, fixed, paged)

    def rest(self, chosen: SelectionSetNode) -> None:
        """Nothing more is measured, yet the refusal should say how many stand here."""
        self.measured.visits = max(self.measured.visits, len(chosen.selections))

    def within(self, node: Any, of: GraphQLNamedType | None, place: int, down: int) -> Size:
        """The size of an inline fragment."""
        inline: InlineFragmentNode = node
        narrowed = of
        if inline.type_condition is not None:
            narrowed = self.schema.get_type(inline.type_condition.name.value)
        return self.selected(inline.selection_set, narrowed, place, down + 1)

    def spread(self, name: str, down: int) -> Size:
        """The size of a fragment; nothing while it is being measured, or where there is none."""
        if name not in self.fragment_sizes:
            self.fragment_sizes[name] = NONE  # a fragment in itself is refused by validation
            definition = self.fragments.get(name)
            if definition is not None:
                self.measured.directives += len(definition.directives or ())
                of = self.schema.get_type(definition.type_condition.name.value)
                self.fragment_sizes[name] = self.selected(definition.selection_set, of, 0, down)
        return self.fragment_sizes[name]

    def count_field(self, around: int, name: str) -> int:
        """Count who stands at a place: the names on the way from the head of its definition."""
        place = self.places.setdefault((around, name), len(self.places) + 1)
        self.open_fields[place] += 1
        return place

    def measure_field(
        self, node: FieldNode, of: GraphQLNamedType | None, place: int, down: int
    ) -> Size:
        """The size of a field and what is asked of it."""
        name = node.name.value
        if node.alias is not None:
            self.measured.aliases += 1
        here = self.count_field(place, (node.alias or node.name).value)
        definition = (
            of.fields.get(name)
            if isinstance(of, GraphQLObjectType | GraphQLInterfaceType)
            else None
        )
        of_field = get_named_type(definition.type) if definition is not None else None
        own = self.weights.get((of.name, name)) if of is not None else None
        weight = own.weight if own is not None else int(is_composite_type(of_field))
        inside = NONE
        if node.selection_set is not None:
            inside = self.selected(node.selection_set, of_field, here, down + 1)
        levels = inside.levels + 1
        if definition is None:
            return Size(levels, 1, weight + inside.fixed + inside.paged, 0)
        first = definition.args.get(PAGE)
        if first is not None:
            # Of a page, its items count; of a list with `first` of its own, all of it does.
            items = self.number(node, PAGE, first)
            if is_list(definition):
                return Size(levels, 1, items * (weight + inside.fixed + inside.paged), 0)
            return Size(levels, 1, weight + inside.fixed + items * inside.paged, 0)
        beneath = weight + inside.fixed + ASSUMED * inside.paged
        if not is_list(definition):
            return Size(levels, 1, beneath, 0)
        if name in PAGED:
            return Size(levels, 1, 0, beneath)
        items = own.items if own is not None and own.items is not None else ASSUMED
        items = self.windowed(node, items)
        if of is not None and of.name.startswith("__"):
            items = 1  # the contract is served from memory and bounded by itself
        return Size(levels, 1, items * beneath, 0)

    def number(self, node: FieldNode, name: str, argument: GraphQLArgument) -> int:
        """The value of a whole-number argument, literal or variable; the largest where unsaid."""
        default = argument.default_value
        value: Any = default if isinstance(default, int) else MAX_PAGE_SIZE
        for supplied in node.arguments or ():
            if supplied.name.value != name:
                continue
            if isinstance(supplied.value, IntValueNode):
                value = parse_bounded(supplied.value.value)
            elif isinstance(supplied.value, VariableNode):
                self.measured.by_variables = True
                value = self.variables.get(supplied.value.name.value, MAX_PAGE_SIZE)
        if not isinstance(value, int) or isinstance(value, bool):
            return MAX_PAGE_SIZE
        return max(0, min(value, MAX_PAGE_SIZE))

    def windowed(self, node: FieldNode, items: int) -> int:
        """How many items a `window` lets through, both ends included; `items` where unsaid."""
        for argument in node.arguments or ():
            if argument.name.value != WINDOW:
                continue
            edges: Any = None
            if isinstance(argument.value, VariableNode):
                self.measured.by_variables = True
                edges = self.variables.get(argument.value.name.value)
            elif isinstance(argument.value, ObjectValueNode):
                edges = {one.name.value: self.edge(one.value) for one in argument.value.fields}
            if isinstance(edges, Mapping):
                high, wide = window_extent(edges, "row"), window_extent(edges, "column")
                return items if high is None or wide is None else min(high * wide, MAX_CELLS)
        return items

    def edge(self, definition: Any) -> Any:
        """One edge of a window, literal or variable; null where it is neither."""
        if isinstance(definition, VariableNode):
            self.measured.by_variables = True
            return self.variables.get(definition.name.value)
        return (
            int(definition.value)
            if isinstance(definition, IntValueNode) and len(definition.value) < 11
            else None
        )


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
