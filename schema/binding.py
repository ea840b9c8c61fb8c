"""How the published contract is tied to hub records and set-at-a-time resolvers.

`@describes(Record)` publishes a class whose fields are read off hub records: the class is never
instantiated. It refuses at import a plain field that the record lacks.
`resolved(function, "…")` ties a field to a resolver that is given all its parents at once; under
stock graphql-core the parents of one field and one set of arguments are gathered by a DataLoader
made here, so N+1 cannot be written.
`@accepts(Record)` publishes an input; a resolver gets the domain value its `record()` makes.
"""

import asyncio
import dataclasses
import inspect
import types
import typing
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar, get_args, get_origin

import strawberry
from strawberry.dataloader import DataLoader
from strawberry.types import Info, get_object_definition

from hub.domain.identity import LONGEST_ID, GlobalId
from hub.domain.lookups import OpaqueId
from hub.domain.time import BUDDHIST_OFFSET
from hub.errors import Invalid
from resolvers.context import Context
from schema import scalars

Published = TypeVar("Published")
Batch = Callable[..., Any]
Convert = Callable[[Any, str], Any]

ENUMS = scalars.ENUMS
"""Published before the first field is: strawberry reads arguments when a field is made."""

INPUTS: dict[Any, type] = {}
"""Domain values that arrive as inputs, and the class that publishes each."""

COMMON = {
    "id": "Global id (รหัส), `gid://hub/<Type>/<key>`",
    "first": "How many at most, 0 to 100 (จำนวนต่อหน้า)",
    "after": "Cursor of the item to start behind (เคอร์เซอร์)",
    "on": "Day of validity: which dated edition is meant; today when absent (วันที่มีผล)",
    "as_of": "What the hub knew then; now when absent (สิ่งที่ระบบรู้ ณ เวลานั้น)",
    "locale": "Language (ภาษา)",
    "fiscal_year": "Fiscal year, Buddhist or Common Era (ปีงบประมาณ)",
    "fiscal_years": "Fiscal years, first to last (ช่วงปีงบประมาณ)",
    "by": "One way to name it (วิธีระบุ)",
}


def said(description: str, name: str | None = None) -> Any:
    """A plain field, read off the record by its own name, with what it means."""
    return strawberry.field(description=description, name=name)


def describes(
    record: type, name: str | None = None
) -> Callable[[type[Published]], type[Published]]:
    """Publish a class for the records of `record`; TypeError where a plain field is not on it."""

    def publish(cls: type[Published]) -> type[Published]:
        described = strawberry.type(
            cls, name=name, description=inspect.cleandoc(cls.__doc__ or record.__doc__ or "")
        )
        definition = get_object_definition(described, strict=True)
        definition.is_type_of = lambda obj, _info: isinstance(obj, record)
        names = {*dir(record), *(f.name for f in dataclasses.fields(record))}
        for field in definition.fields:
            if field.base_resolver is None and field.python_name not in names:
                raise TypeError(f"{cls.__name__}.{field.python_name}: not on {record.__name__}")
        return described

    return publish


def accepts(
    domain: Any, *, one_of: bool = False, name: str | None = None
) -> Callable[[type[Published]], type[Published]]:
    """Publish an input class; its `record(field)` makes the domain value or raises `Invalid`."""

    def publish(cls: type[Published]) -> type[Published]:
        described = strawberry.input(
            cls, name=name, one_of=one_of, description=inspect.cleandoc(cls.__doc__ or "")
        )
        INPUTS[domain] = described
        return described

    return publish


def published(annotation: Any) -> tuple[Any, Convert | None]:
    """What GraphQL sees of a resolver's argument, and how its value becomes the domain's."""
    origin, inner = get_origin(annotation), get_args(annotation)
    seen: Any = annotation
    convert: Convert | None = None
    if annotation is GlobalId or (origin is typing.Annotated and inner[0] is GlobalId):
        seen, convert = strawberry.ID, global_id(inner[1] if inner else None)
    elif annotation is OpaqueId:
        seen = strawberry.ID
    elif annotation is str:
        convert = bounded
    elif annotation is date:
        convert = checked_day
    elif annotation in INPUTS:
        seen, convert = INPUTS[annotation], recorded
    elif origin in (typing.Union, types.UnionType):
        one, convert = published(next(a for a in inner if a is not type(None)))
        seen = one | None
    elif origin in (tuple, list, Sequence):
        one, each = published(inner[0])
        seen = types.GenericAlias(list, (one,))
        convert = lambda values, field: many(values, field, each)  # noqa: E731  # closes over each
    return seen, convert


def global_id(expected: str | None) -> Convert:
    """How the id of a kind of thing is read."""
    return lambda v, field: GlobalId.read(bounded(str(v), field, LONGEST_ID), field, expected)


def recorded(given: Any, field: str) -> Any:
    """The domain value of an input object."""
    return checked(given, field).record(field)


LONGEST_TEXT = 4000
LONGEST_LIST = 1000
FIRST_ODD_YEAR = 2400
"""A day this late is one of the Buddhist era: พ.ศ. 2400 is 1857."""


def checked_day(day: date, field: str) -> date:
    """A day of the Common Era; `Invalid(field)` for one that is 543 years late."""
    if day.year < FIRST_ODD_YEAR:
        return day
    hint_th = hint_en = ""
    year = day.year - BUDDHIST_OFFSET
    if year < FIRST_ODD_YEAR:
        meant = f"{year:04}-{day:%m-%d}"
        hint_th = f" ถ้าหมายถึง พ.ศ. {day.year} ให้ส่ง {meant}"
        hint_en = f"; if you mean {day.year} BE, subtract 543 and send {meant}"
    raise Invalid(
        field,
        f"วันที่ต้องเป็น ค.ศ. ก่อน {FIRST_ODD_YEAR} แต่ได้ {day}{hint_th}",
        f"days are of the Common Era, before {FIRST_ODD_YEAR}; this is {day}{hint_en}",
    )


def bounded(text: str, field: str, longest: int = LONGEST_TEXT) -> str:
    """A text argument within its bound and without NUL, which PostgreSQL cannot hold."""
    if "\0" in text:
        raise Invalid(field, "มีอักขระ NUL ซึ่งใช้ไม่ได้ ลบออก", "holds a NUL character; remove it")
    if len(text) > longest:
        raise Invalid(
            field,
            f"ยาวเกิน {longest} อักขระ",
            f"longer than {longest} characters; shorten it",
        )
    try:
        text.encode()
    except UnicodeEncodeError as odd:
        raise Invalid(
            field, "มีอักขระที่ไม่สมบูรณ์ (surrogate)", "holds half a character (lone surrogate)"
        ) from odd
    return text


def checked(given: Any, field: str) -> Any:
    """An input object, every text and list in it within its bounds, however deep."""
    if isinstance(given, str):
        bounded(given, field)
    elif isinstance(given, list):
        many(given, field, checked)
    elif dataclasses.is_dataclass(given):
        for part in dataclasses.fields(given):
            checked(getattr(given, part.name), f"{field}.{camel(part.name.rstrip('_'))}")
    return given


def many(values: Sequence[Any], field: str, convert: Convert | None) -> tuple[Any, ...]:
    """A list argument within its bound, each item converted."""
    if len(values) > LONGEST_LIST:
        raise Invalid(
            field, f"ส่งได้ไม่เกิน {LONGEST_LIST} รายการ", f"at most {LONGEST_LIST} items; send fewer"
        )
    return tuple(values if convert is None else (convert(v, field) for v in values))


def camel(name: str) -> str:
    """`fiscal_years` as the contract spells it."""
    head, *rest = name.split("_")
    return head + "".join(part.title() for part in rest)


def resolved(batch: Batch, description: str, name: str | None = None, **arguments: str) -> Any:
    """A field answered by a set-at-a-time resolver.

    `batch(parents, context, **arguments)` answers one value per parent, in the same order; a value
    that is an exception fails that parent alone. `arguments` says what each argument means, where
    the common words do not.
    """
    signature = inspect.signature(batch)
    hints = typing.get_type_hints(batch, include_extras=True)
    converters: dict[str, Convert] = {}
    defaults: dict[str, Any] = {}  # what an explicit null means for them, too
    parameters = [
        inspect.Parameter("root", inspect.Parameter.POSITIONAL_OR_KEYWORD),
        inspect.Parameter("info", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Info),
    ]
    for parameter in list(signature.parameters.values())[2:]:
        seen, convert = published(hints[parameter.name])
        if parameter.default not in (None, inspect.Parameter.empty):
            seen, defaults[parameter.name] = seen | None, parameter.default
        words = arguments.get(parameter.name) or COMMON[parameter.name]
        if convert is not None:
            converters[parameter.name] = convert
        # An argument that may be absent has no default in the SDL: null would be a word of its own.
        absent = strawberry.UNSET if parameter.default is None else parameter.default
        parameters.append(
            parameter.replace(
                default=absent,
                annotation=typing.Annotated[seen, strawberry.argument(description=words)],
            )
        )

    def domain(given: dict[str, Any]) -> dict[str, Any]:
        asked = {k: defaults.get(k) if value is None else value for k, value in given.items()}
        return {
            key: converters[key](value, camel(key))
            if key in converters and value is not None
            else value
            for key, value in asked.items()
        }

    async def resolve(root: Any, info: Info[Context, Any], **given: Any) -> Any:
        context = info.context
        asked = domain(given)
        if info.path.prev is None:
            # Never through a loader: two equal root mutations must both run.
            answer = (await settled(batch([root], context, **asked)))[0]
            if isinstance(answer, BaseException):
                raise answer
            return answer
        # The loader knows its parents by id(): a collected parent's id would be handed on, so the
        # context keeps them alive. The answer is shielded because graphql-core cancels the
        # siblings of a failed non-null field, and the future is shared between them.
        context.alive.append(root)
        return await asyncio.shield(context.loader(batch, asked, gathering).load(root))

    resolve.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # read by strawberry
    resolve.__name__ = batch.__name__
    resolve.__annotations__ = {p.name: p.annotation for p in parameters[1:]}
    resolve.batch = batch  # type: ignore[attr-defined]  # read by the architecture tests
    return strawberry.field(resolver=resolve, description=description, name=name)


async def settled(answer: Any) -> Sequence[Any]:
    """A resolver may be a coroutine or, where nothing is fetched, a plain function."""
    return typing.cast("Sequence[Any]", await answer if inspect.isawaitable(answer) else answer)


def gathering(batch: Batch, context: Context, asked: dict[str, Any]) -> DataLoader[Any, Any]:
    """The loader of one field and one set of arguments in one request."""

    async def load(parents: list[Any]) -> Sequence[Any]:
        return await settled(batch(parents, context, **asked))

    return DataLoader(load_fn=load, cache_key_fn=id)
