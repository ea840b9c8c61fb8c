"""Declarative GraphQL types over domain records and batched resolvers.

`@output_type(Record)` publishes a class whose fields are read from records; the class is never
instantiated. At import it raises TypeError for a plain field that the record lacks.

`resolver_field(function, "…")` binds a field to a resolver that receives all its parents at once. A
DataLoader created here collects the parents of one field and one set of arguments, so N+1 queries
cannot occur.

`@input_type(Record)` publishes an input; a resolver receives the domain value that its
`to_domain()` returns.
"""

import asyncio
import dataclasses
import inspect
import keyword
import typing
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from types import MappingProxyType
from typing import Any, TypeVar

import strawberry
from strawberry.dataloader import DataLoader
from strawberry.schema_directive import Location
from strawberry.types import Info, get_object_definition

from hub.domain.identity.viewer import Permission
from resolvers.context import Context, SubscriptionContext
from resolvers.permissions import require_permission
from schema import enums
from schema.arguments import INPUT_TYPES, Converter, map_argument, to_camel_case
from schema.cost import Cost
from schema.selection import selected_field_names

PublishedClass = TypeVar("PublishedClass")
Batch = Callable[..., Any]

ENUMS = enums.ENUMS
"""Registered before the first field: strawberry reads argument types when a field is created."""

COMMON_DESCRIPTIONS = {
    "id": "Global id (รหัส), `gid://hub/<Type>/<key>`",
    "first": "Maximum number of items, 0 to 100 (จำนวนต่อหน้า)",
    "after": "Cursor of the item to start after (เคอร์เซอร์)",
    "on": "Date of validity: selects the dated edition; default: today (วันที่มีผล)",
    "as_of": "Data as known at this time; default: now (ข้อมูลที่ระบบมี ณ เวลานั้น)",
    "locale": "Language (ภาษา)",
    "fiscal_year": "Fiscal year, Buddhist or Common Era (ปีงบประมาณ)",
    "fiscal_years": "Fiscal years, first to last; `to` absent: the one year (ช่วงปีงบประมาณ)",
    "of": "Phase of the numerator (ขั้นของตัวตั้ง)",
    "to": "Phase of the denominator (ขั้นของตัวหาร)",
    "by": "Identification, in exactly one way (วิธีระบุ)",
}


def field(description: str, name: str | None = None) -> Any:
    """Return a field read from the record's attribute of the same name, with its description."""
    return strawberry.field(description=description, name=name)


def output_type(
    record: type, name: str | None = None, extra_description: str = ""
) -> Callable[[type[PublishedClass]], type[PublishedClass]]:
    """Publish a class for the records of `record`; TypeError when a plain field is not on it.

    `extra_description` is a generated paragraph of its description.
    """

    def _publish(cls: type[PublishedClass]) -> type[PublishedClass]:
        description = inspect.cleandoc(cls.__doc__ or record.__doc__ or "")
        published_class = strawberry.type(
            cls,
            name=name,
            description=f"{description}\n\n{extra_description}"
            if extra_description
            else description,
        )
        definition = get_object_definition(published_class, strict=True)
        definition.is_type_of = lambda obj, _info: isinstance(obj, record)
        names = {*dir(record), *(f.name for f in dataclasses.fields(record))}
        for published_field in definition.fields:
            if published_field.base_resolver is None and published_field.python_name not in names:
                raise TypeError(
                    f"{cls.__name__}.{published_field.python_name}: not on {record.__name__}"
                )
        return published_class

    return _publish


def input_type(
    domain: Any, *, one_of: bool = False, name: str | None = None
) -> Callable[[type[PublishedClass]], type[PublishedClass]]:
    """Publish an input class; `to_domain(field)` returns the domain value or raises `Invalid`."""

    def _publish(cls: type[PublishedClass]) -> type[PublishedClass]:
        published_class = strawberry.input(
            cls, name=name, one_of=one_of, description=inspect.cleandoc(cls.__doc__ or "")
        )
        INPUT_TYPES[domain] = published_class
        return published_class

    return _publish


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="requiresScopes",
    description="Scopes required to call the field: all scopes of one of the lists (สิทธิที่ต้องมี)",
)
class RequiresScopes:
    """Printed with a field in the SDL; `require_permission` enforces it."""

    scopes: list[list[str]]


def resolver_field(
    batch: Batch,
    description: str,
    name: str | None = None,
    *,
    needs: Permission | tuple[Permission, ...] | None = None,
    cost: Cost | None = None,
    replaced: Mapping[str, str] = MappingProxyType({}),
    deprecated: str | None = None,
    with_selection: bool = False,
    **arguments: str,
) -> Any:
    """Return a field with a batched resolver; `needs` is the permission required to call it.

    Of several permissions in `needs` one is enough.

    `batch(parents, context, **arguments)` returns one value per parent, in the same order; a value
    that is an exception fails only that parent. `cost` overrides the default query cost;
    `deprecated` is what to use instead, and until when the field stays; with `with_selection` the
    batch of a root field takes the names of the fields below it as its third argument;
    `arguments` are descriptions of arguments that are not in `COMMON_DESCRIPTIONS`; `replaced`
    are deprecated ones, each with what replaces it.
    """
    parameters, convert_arguments = build_arguments(
        batch, 3 if with_selection else 2, arguments, replaced
    )
    needed = (needs,) if isinstance(needs, Permission) else needs or ()

    async def _resolve(root: Any, info: Info[Context, Any], **values: Any) -> Any:
        context = info.context
        if needed:
            require_permission(context.viewer, *needed)
        converted = convert_arguments(values)
        if info.path.prev is None:
            # Never through a loader: two equal root mutations must both run.
            selection = (selected_field_names(info),) if with_selection else ()
            answer = (await await_result(batch([root], context, *selection, **converted)))[0]
            if isinstance(answer, BaseException):
                raise answer
            context.audit_context.record_denied_answer(answer)
            return answer
        # The loader identifies parents by id(): a collected parent's id could be reused, so the
        # context keeps them alive. The answer is shielded because graphql-core cancels the
        # siblings of a failed non-null field, and the future is shared between them.
        context.retained_parents.append(root)
        return await asyncio.shield(context.get_loader(batch, converted, build_loader).load(root))

    _resolve.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # read by strawberry
    _resolve.__name__ = batch.__name__
    _resolve.__annotations__ = {p.name: p.annotation for p in parameters[1:]}
    # Read by planned execution and by the architecture tests.
    _resolve.batch = batch  # type: ignore[attr-defined]
    _resolve.with_selection = with_selection  # type: ignore[attr-defined]
    _resolve.needs = needed or None  # type: ignore[attr-defined]
    _resolve.convert_arguments = convert_arguments  # type: ignore[attr-defined]
    directives: list[object] = [] if cost is None else [cost]
    if needed:
        directives.append(RequiresScopes(scopes=[[one.value] for one in needed]))
    return strawberry.field(
        resolver=_resolve,
        description=description,
        name=name,
        directives=directives,
        deprecation_reason=deprecated,
    )


def deprecation_reason(replacement: str | None) -> str | None:
    """Return the text of `@deprecated`; null when nothing replaces the argument."""
    return replacement and f"Use `{replacement}`. Not removed before 1 October 2028."


def build_arguments(
    function: Batch,
    skipped_count: int,
    descriptions: dict[str, str],
    replaced: Mapping[str, str] = MappingProxyType({}),
) -> tuple[list[inspect.Parameter], Callable[[dict[str, Any]], dict[str, Any]]]:
    """Return the GraphQL parameters of a function, and the converter of its arguments.

    The first `skipped_count` parameters are skipped. The converter raises `Invalid` with the
    argument's name.
    """
    signature = inspect.signature(function)
    hints = typing.get_type_hints(function, include_extras=True)
    converters: dict[str, Converter] = {}
    defaults: dict[str, Any] = {}  # used for an explicit null, too
    parameters = [
        inspect.Parameter("root", inspect.Parameter.POSITIONAL_OR_KEYWORD),
        inspect.Parameter("info", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Info),
    ]
    for parameter in list(signature.parameters.values())[skipped_count:]:
        graphql_type, convert = map_argument(hints[parameter.name])
        if parameter.default not in (None, inspect.Parameter.empty):
            graphql_type, defaults[parameter.name] = graphql_type | None, parameter.default
        description = descriptions.get(parameter.name) or COMMON_DESCRIPTIONS[parameter.name]
        if convert is not None:
            converters[parameter.name] = convert
        # An optional argument has no default in the SDL: null would be an explicit null.
        default = strawberry.UNSET if parameter.default is None else parameter.default
        parameters.append(
            parameter.replace(
                default=default,
                annotation=typing.Annotated[
                    graphql_type,
                    strawberry.argument(
                        name=keyword_name(parameter.name),
                        description=description,
                        deprecation_reason=deprecation_reason(replaced.get(parameter.name)),
                    ),
                ],
            )
        )

    def _convert_arguments(values: dict[str, Any]) -> dict[str, Any]:
        defaulted = {k: defaults.get(k) if value is None else value for k, value in values.items()}
        return {
            key: converters[key](value, to_camel_case(key.rstrip("_")))
            if key in converters and value is not None
            else value
            for key, value in defaulted.items()
        }

    return parameters, _convert_arguments


def subscription_field(
    event_source: Batch,
    event_type: type,
    description: str,
    name: str | None = None,
    **arguments: str,
) -> Any:
    """Return a subscription field: `event_source(context, **arguments)` yields `event_type`.

    Between two events it holds no database connection; each event is read in a context of its own.
    """
    parameters, convert_arguments = build_arguments(event_source, 1, arguments)

    async def _subscribe(root: Any, info: Info[SubscriptionContext, Any], **values: Any) -> Any:  # noqa: ARG001 - graphql-core hands it in
        async with aclosing(event_source(info.context, **convert_arguments(values))) as events:
            async for event in events:
                yield event

    _subscribe.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # read by strawberry
    _subscribe.__name__ = event_source.__name__
    _subscribe.__annotations__ = {p.name: p.annotation for p in parameters[1:]}
    _subscribe.__annotations__["return"] = AsyncGenerator[event_type, None]  # type: ignore[valid-type]  # made at run time
    return strawberry.subscription(resolver=_subscribe, description=description, name=name)


def keyword_name(name: str) -> str | None:
    """Return the GraphQL name of an argument whose name is a Python keyword; null for others."""
    return name.rstrip("_") if keyword.iskeyword(name.rstrip("_")) else None


async def await_result(answer: Any) -> Sequence[Any]:
    """Return a resolver's result; a resolver that fetches nothing may be a plain function."""
    return typing.cast("Sequence[Any]", await answer if inspect.isawaitable(answer) else answer)


def build_loader(batch: Batch, context: Context, arguments: dict[str, Any]) -> DataLoader[Any, Any]:
    """Return the loader of one resolver and one set of arguments in one request."""

    async def _load(parents: list[Any]) -> Sequence[Any]:
        return await await_result(batch(parents, context, **arguments))

    return DataLoader(load_fn=_load, cache_key_fn=id)
