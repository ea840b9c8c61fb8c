"""Execute a plan breadth first: per level, one call of each resolver and set of arguments."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from graphql import Executor
from graphql.execution.values import get_argument_values
from strawberry.types.arguments import convert_arguments

from resolvers.context import Context
from resolvers.permissions import require_permission
from schema.binding import await_result
from schema.execution.fetched import Fetched
from schema.execution.plan import Column, Fetch, PlannedField, Selection, UnexpectedValue


@dataclass(slots=True)
class Branch:
    """A selection set with its parents, each once, and the values of its fields so far."""

    selection: Selection
    parents: list[Any]
    columns: "list[Column | ObjectColumn | None]"


@dataclass(slots=True)
class ObjectColumn:
    """The values of a field of objects, and one branch per type of them."""

    field: PlannedField
    values: Column
    branches: list[Branch]


@dataclass(slots=True)
class PendingFetch:
    """A field of a branch that is fetched in this level, and its converted arguments."""

    branch: Branch
    index: int
    field: PlannedField
    fetch: Fetch
    arguments: dict[str, Any]


class PlanRun:
    """One execution of a plan for one request."""

    def __init__(self, executor: Executor[Any]) -> None:
        self._executor = executor
        self._context: Context = executor.context_value
        self.fetched = Fetched()
        self.needs_completion = False
        """Whether graphql-core has to complete the values: there is an error, or an unexpected
        null or class."""

    async def execute(self, root: Selection) -> dict[str, Any] | None:
        """Return the data of the response; None if `needs_completion`."""
        top = new_branch(root, [self._executor.root_value])
        level = [top]
        while level:
            level = await self._execute_level(level)
        if self.needs_completion:
            return None
        try:
            return assemble(top)[0]
        except UnexpectedValue:
            self.needs_completion = True
            return None

    async def _execute_level(self, level: list[Branch]) -> list[Branch]:
        """Read and fetch the fields of the branches; return the branches below fetched objects."""
        pending: list[PendingFetch] = []
        for branch in level:  # grows by the branches below attributes
            for index, field in enumerate(branch.selection.fields):
                if field is None:
                    continue
                if field.fetch is not None:
                    self._prepare_fetch(branch, index, field, field.fetch, pending)
                elif field.convert is not None:
                    branch.columns[index] = self._read(field, branch.parents)
                else:
                    values = self._read(field, branch.parents)
                    level += self._descend(branch, index, field, values)
        next_level: list[Branch] = []
        for group in group_fetches(pending):
            parents = list({id(p): p for one in group for p in one.branch.parents}.values())
            values = await self._fetch(group[0], parents)
            by_parent = dict(zip(map(id, parents), values, strict=True))
            for one in group:
                column = (
                    values
                    if len(group) == 1
                    else [by_parent[id(parent)] for parent in one.branch.parents]
                )
                next_level += self._descend(one.branch, one.index, one.field, column)
        return next_level

    def _read(self, field: PlannedField, parents: list[Any]) -> Column:
        read = field.read
        if read is None:
            raise TypeError(field.key)
        try:
            return list(map(read, parents))
        except Exception:  # noqa: BLE001 - of one parent: found below
            self.needs_completion = True
            return [read_or_error(read, parent) for parent in parents]

    def _prepare_fetch(
        self,
        branch: Branch,
        index: int,
        field: PlannedField,
        fetch: Fetch,
        pending: list[PendingFetch],
    ) -> None:
        try:
            arguments = self._convert_arguments(field, fetch)
        except Exception as error:  # noqa: BLE001 - an error of the field, as any of its resolver
            self._descend(branch, index, field, self._fail(branch.parents, error))
            return
        pending.append(PendingFetch(branch, index, field, fetch, arguments))

    def _convert_arguments(self, field: PlannedField, fetch: Fetch) -> dict[str, Any]:
        """Return the arguments of a field after its permission was checked, once for all parents.

        The order is that of graphql-core: of two errors it reports the first.
        """
        values: dict[str, Any] = {}
        if field.definition.args:
            executor = self._executor
            values = get_argument_values(
                field.definition,
                field.node,
                executor.variable_values,
                None,
                executor.hide_suggestions,
            )
            schema = executor.schema._strawberry_schema  # type: ignore[attr-defined]  # noqa: SLF001 - set by strawberry for its resolvers
            values = convert_arguments(
                values,
                fetch.strawberry_field.arguments,
                schema.schema_converter.scalar_registry,
                schema.config,
            )
        if fetch.permissions:
            require_permission(self._context.viewer, *fetch.permissions)
        return fetch.convert_arguments(values)

    async def _fetch(self, first: PendingFetch, parents: list[Any]) -> Column:
        try:
            answer = await await_result(
                first.fetch.batch(parents, self._context, *first.field.arguments, **first.arguments)
            )
            values = answer if type(answer) is list else list(answer)
            if len(values) != len(parents):
                name = first.field.node.name.value
                raise RuntimeError(f"{name}: {len(values)} values for {len(parents)} parents")
        except Exception as error:  # noqa: BLE001 - an error of the field
            return self._fail(parents, error)
        if not first.branch.selection.position:
            self._context.audit_context.record_denied_answer(values[0])
        return values

    def _fail(self, parents: list[Any], error: Exception) -> Column:
        self.needs_completion = True
        return [error] * len(parents)

    def _descend(
        self, branch: Branch, index: int, field: PlannedField, values: Column
    ) -> list[Branch]:
        """Keep the values of a field; return the branches of the records in them."""
        if field.depth:
            values = [as_list(value) for value in values]
        if field.fetch is not None or field.convert is None:
            self.fetched.add(branch.selection, branch.parents, field.key, values)
        if field.convert is not None:
            branch.columns[index] = values
            return []
        groups: dict[int, tuple[Selection, list[Any]]] = {}
        records = self._flatten(field, values)
        classes = dict.fromkeys(
            map(type, records)
        )  # one, unless the field is of an interface or a union
        for cls in classes:
            ours = records if len(classes) == 1 else [one for one in records if type(one) is cls]
            selection = field.select(ours[0])
            if selection is None:
                self.needs_completion = True
                continue
            groups.setdefault(id(selection), (selection, []))[1].extend(ours)
        branches = [
            new_branch(selection, list({id(one): one for one in ours}.values()))
            for selection, ours in groups.values()
        ]
        branch.columns[index] = ObjectColumn(field, values, branches)
        return branches

    def _flatten(self, field: PlannedField, values: Column) -> Column:
        """Return the records in a column, without nulls and errors."""
        for is_nullable in field.is_list_null:
            if not is_nullable and any(value is None for value in values):
                self.needs_completion = True
            lists = [value for value in values if type(value) is list or type(value) is tuple]
            if len(lists) != sum(value is not None for value in values):
                self.needs_completion = True
            values = list(chain.from_iterable(lists))
        if all(value is not None for value in values):
            return values
        if not field.is_nullable:
            self.needs_completion = True
        return [value for value in values if value is not None]


def group_fetches(pending: Sequence[PendingFetch]) -> list[list[PendingFetch]]:
    """Return the fetches of a level, those of one resolver and equal arguments together.

    Root fields are never shared. Arguments are hashable below the root, as in `get_loader`.
    """
    groups: dict[Any, list[PendingFetch]] = {}
    for one in pending:
        key: Any = id(one)
        if one.branch.selection.position:
            key = (one.fetch.batch, *sorted(one.arguments.items()))
        groups.setdefault(key, []).append(one)
    return list(groups.values())


def new_branch(selection: Selection, parents: list[Any]) -> Branch:
    """Return a branch without values."""
    return Branch(selection, parents, [None] * len(selection.fields))


def read_or_error(read: Any, parent: Any) -> Any:
    """Return an attribute of a parent, or the exception that reading it raised."""
    try:
        return read(parent)
    except Exception as error:  # noqa: BLE001 - an error of the field
        return error


def as_list(value: Any) -> Any:
    """Return a list for any other iterable: it is read by several parts of the response."""
    if value is None or isinstance(value, list | tuple | str | bytes | dict | BaseException):
        return value
    return list(value) if hasattr(value, "__iter__") else value


def assemble(branch: Branch) -> list[dict[str, Any]]:
    """Return the response objects of a branch, one per parent; `UnexpectedValue` if a leaf is."""
    count = len(branch.parents)
    columns: list[Column] = []
    for field, column in zip(branch.selection.fields, branch.columns, strict=True):
        if field is None:
            columns.append([branch.selection.type.name] * count)
        elif isinstance(column, ObjectColumn):
            columns.append(assemble_objects(column))
        elif field.convert is None or column is None:
            raise UnexpectedValue
        else:
            columns.append(field.convert(column))
    project = branch.selection.project
    return [{} for _ in range(count)] if project is None else project(columns)


def assemble_objects(column: ObjectColumn) -> Column:
    """Return the response objects of a column, in the shape of its values."""
    if len(column.branches) == 1 and not column.field.depth:
        [only] = column.branches
        if len(only.parents) == len(column.values):  # no null, and no record twice
            return assemble(only)
    objects: dict[int, Any] = {id(None): None}
    for branch in column.branches:
        objects.update(zip(map(id, branch.parents), assemble(branch), strict=True))
    return place(column.values, column.field.depth, objects)


def place(values: Column, depth: int, objects: dict[int, Any]) -> Column:
    """Return the values with each record replaced by its response object."""
    if depth == 0:
        return [objects[id(value)] for value in values]
    return [None if value is None else place(value, depth - 1, objects) for value in values]
