"""Compile an operation to a plan, with the field collection of graphql-core."""

from operator import attrgetter
from typing import Any

from graphql import (
    Executor,
    FieldNode,
    GraphQLField,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    OperationType,
    is_abstract_type,
    is_leaf_type,
)
from graphql.execution.collect_fields import (
    CollectedFields,
    FieldDetailsList,
    collect_fields,
    collect_subfields,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from schema.execution.leaves import build_leaf_converter
from schema.execution.plan import Fetch, PlannedField, Selection, UnplannableError
from schema.execution.project import build_projector

DEFINITION = GraphQLCoreConverter.DEFINITION_BACKREF


def compile_operation(executor: Executor[Any]) -> Selection:
    """Return the plan of a query for the current values of its @skip and @include variables.

    `UnplannableError` when graphql-core has to execute it.
    """
    root_type = executor.schema.get_root_type(OperationType.QUERY)
    if root_type is None:
        raise UnplannableError("no query type")
    return OperationCompiler(executor).compile_root(root_type)


class OperationCompiler:
    """Compiles the selection sets of one operation."""

    def __init__(self, executor: Executor[Any]) -> None:
        self._executor = executor

    def compile_root(self, root_type: GraphQLObjectType) -> Selection:
        """Return the selection set of the operation itself."""
        executor = self._executor
        collected = collect_fields(
            executor.schema,
            executor.fragments,
            executor.variable_values,
            root_type,
            executor.operation,
            executor.hide_suggestions,
        )
        return self._compile_selection(root_type, collected, ())

    def _compile_selection(
        self, object_type: GraphQLObjectType, collected: CollectedFields, position: tuple[str, ...]
    ) -> Selection:
        if collected.new_defer_usages:
            raise UnplannableError("@defer")
        fields: list[PlannedField | None] = []
        for key, details in collected.grouped_field_set.items():
            if details[0].node.name.value == "__typename":
                fields.append(None)
            else:
                fields.append(self._compile_field(object_type, key, details, position))
        return Selection(
            object_type,
            position,
            tuple(fields),
            build_projector(list(collected.grouped_field_set)) if fields else None,
        )

    def _compile_field(
        self,
        object_type: GraphQLObjectType,
        key: str,
        details: FieldDetailsList,
        position: tuple[str, ...],
    ) -> PlannedField:
        node = details[0].node
        if details[0].fragment_variable_values is not None:
            raise UnplannableError("variables of a fragment")
        definition = object_type.fields.get(node.name.value)
        if definition is None:
            is_introspection = node.name.value.startswith("__")
            raise UnplannableError("introspection" if is_introspection else "an unknown field")
        planned = build_planned_field(key, node, definition)
        named_type: Any = unwrap_type(definition)[2]
        if is_leaf_type(named_type):
            leaf: GraphQLLeafType = named_type
            planned.convert = build_leaf_converter(
                leaf, planned.is_list_null, is_nullable=planned.is_nullable
            )
            return planned
        planned.selections = tuple(
            self._compile_selection(
                possible_type,
                collect_subfields(
                    self._executor.schema,
                    self._executor.fragments,
                    self._executor.variable_values,
                    self._executor.operation,
                    possible_type,
                    details,
                    self._executor.hide_suggestions,
                ),
                (*position, key),
            )
            for possible_type in self._list_possible_types(named_type)
        )
        if planned.fetch is not None and planned.fetch.with_selection:
            planned.arguments = (planned.list_names_below(),)
        return planned

    def _list_possible_types(self, named_type: Any) -> list[GraphQLObjectType]:
        if not is_abstract_type(named_type):
            return [named_type]
        interface = named_type.extensions.get(DEFINITION)
        if not isinstance(interface, StrawberryObjectDefinition) or interface.resolve_type:
            raise UnplannableError("a type resolver of an abstract type")
        possible_types = list(self._executor.schema.get_possible_types(named_type))
        if any(one.is_type_of is None for one in possible_types):
            raise UnplannableError("a possible type without is_type_of")
        return possible_types


def unwrap_type(definition: GraphQLField) -> tuple[tuple[bool, ...], bool, Any]:
    """Return which lists of a field may be null, outermost first, whether its innermost value may
    be, and its named type.
    """
    nullable: list[bool] = []
    wrapped: Any = definition.type
    while True:
        is_non_null = isinstance(wrapped, GraphQLNonNull)
        nullable.append(not is_non_null)
        if is_non_null:
            wrapped = wrapped.of_type
        if not isinstance(wrapped, GraphQLList):
            return tuple(nullable[:-1]), nullable[-1], wrapped
        wrapped = wrapped.of_type


def build_planned_field(key: str, node: FieldNode, definition: GraphQLField) -> PlannedField:
    """Return a field with what reads its values, and nothing below it yet."""
    is_list_null, is_nullable, _ = unwrap_type(definition)
    planned = PlannedField(key, node, definition, len(is_list_null), is_list_null, is_nullable)
    strawberry_field = definition.extensions.get(DEFINITION)
    if not isinstance(strawberry_field, StrawberryField):
        raise UnplannableError("a field that strawberry did not define")
    if strawberry_field.extensions:
        raise UnplannableError("a field extension")
    if strawberry_field.base_resolver is None:
        planned.read = attrgetter(strawberry_field.python_name)
        return planned
    function: Any = strawberry_field.base_resolver.wrapped_func
    batch = getattr(function, "batch", None)
    if batch is None:
        raise UnplannableError("a resolver of one parent")
    planned.fetch = Fetch(
        batch,
        function.needs or (),
        function.convert_arguments,
        strawberry_field,
        function.with_selection,
    )
    return planned
