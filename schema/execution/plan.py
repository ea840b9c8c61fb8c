"""The plan of an operation: what is fetched and projected for each selection set."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import FieldNode, GraphQLField, GraphQLObjectType
from strawberry.types.field import StrawberryField

from hub.domain.identity.viewer import Permission

Column = list[Any]
"""One value per parent, in the order of the parents."""
LeafConverter = Callable[[Column], Column]
"""Converts a column of leaf values to JSON values; raises `UnexpectedValue`."""
Projector = Callable[[Sequence[Column]], list[dict[str, Any]]]
"""Converts the columns of a selection set to one dict per parent."""


class UnplannableError(Exception):
    """The operation is executed by graphql-core; `reason` is one of a few constant texts."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnexpectedValue(Exception):
    """A column contains a value that graphql-core has to complete."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """The resolver of a field: called once with all its parents."""

    batch: Callable[..., Any]
    permissions: tuple[Permission, ...]
    convert_arguments: Callable[[dict[str, Any]], dict[str, Any]]
    strawberry_field: StrawberryField
    with_selection: bool
    """Whether the resolver takes the names of the fields below it."""


@dataclass(slots=True)
class PlannedField:
    """A field of a selection set.

    Its values come from `fetch`, or from an attribute of the record (`read`). `convert` is set for
    leaves; `selections` are the selection sets of the possible types of objects, in `depth` lists.
    """

    key: str
    node: FieldNode
    definition: GraphQLField
    depth: int
    is_list_null: tuple[bool, ...]
    """Per list, outermost first: whether it may be null."""
    is_nullable: bool
    """Whether the innermost value may be null."""
    fetch: Fetch | None = None
    read: Callable[[Any], Any] | None = None
    convert: LeafConverter | None = None
    selections: "tuple[Selection, ...]" = ()
    arguments: tuple[frozenset[str], ...] = ()
    """What the resolver takes before the arguments of the query: the names of the fields below it,
    or nothing."""
    _by_class: "dict[type, Selection | None]" = field(default_factory=dict)

    def list_names_below(self) -> frozenset[str]:
        """Return the names of all fields below this one, of all its possible types."""
        fields = [one for selection in self.selections for one in selection.fields if one]
        return frozenset(one.node.name.value for one in fields).union(
            *(one.list_names_below() for one in fields)
        )

    def select(self, record: Any) -> "Selection | None":
        """Return the selection set of a record's type; None if not exactly one type has it."""
        cls = type(record)
        if cls not in self._by_class:
            matching = [one for one in self.selections if one.accepts(record)]
            self._by_class[cls] = matching[0] if len(matching) == 1 else None
        return self._by_class[cls]


@dataclass(slots=True)
class Selection:
    """A selection set on one object type at one position of the response."""

    type: GraphQLObjectType
    position: tuple[str, ...]
    """The response keys above it, without the indices of lists."""
    fields: tuple[PlannedField | None, ...]
    """The fields in the order of the response; None for `__typename`."""
    project: Projector | None
    """None if @skip and @include leave no field."""

    def accepts(self, record: Any) -> bool:
        """Return whether a record is of this type, by its class."""
        predicate = self.type.is_type_of
        return predicate is None or predicate(record, None) is True  # type: ignore[arg-type]  # reads the class only
