"""Anything by its id, and what records of every noun share: provenance, rule, area, agency."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, Protocol

from hub.domain.agencies import Agency
from hub.domain.areas import Area
from hub.domain.global_id import GlobalId, Identifiable
from hub.domain.lookups import OpaqueId
from hub.domain.provenance import ExternalId, Provenance
from hub.domain.rounds import PlanningRound
from hub.domain.rules import Rule
from hub.domain.time import FIRST_BE, LAST_BE, FiscalYear
from hub.errors import Invalid
from resolvers import matrix
from resolvers.context import Context

Loader = Callable[[Context, Sequence[str]], Awaitable[Mapping[str, Identifiable]]]


class HasId(Protocol):
    """A record whose provenance is kept under its type and id."""

    @property
    def id(self) -> str:
        """The local id."""
        ...


class HasRuleCode(Protocol):
    """A record that rests on a rule."""

    @property
    def rule_code(self) -> str:
        """The rule's code."""
        ...


class HasAreaId(Protocol):
    """A record that may belong to an area."""

    @property
    def area_id(self) -> str | None:
        """The area's id."""
        ...


class HasAgencyId(Protocol):
    """A record that may belong to an agency."""

    @property
    def agency_id(self) -> str | None:
        """The agency's id."""
        ...


async def fetch_rounds(context: Context, keys: Sequence[str]) -> Mapping[str, PlanningRound]:
    """Planning rounds by their Buddhist year; what is no such year is absent."""
    years_by_key = {
        key: FiscalYear.from_be(int(key))
        for key in keys
        if len(key) == 4 and key.isascii() and key.isdigit() and FIRST_BE <= int(key) <= LAST_BE
    }
    found = (
        await context.unit.rounds.rounds_by_year(list(years_by_key.values()))
        if years_by_key
        else {}
    )
    return {key: found[year] for key, year in years_by_key.items()}


LOADERS: Final[dict[str, Loader]] = {
    "Area": lambda c, keys: c.unit.areas.by_id(keys),
    "Agency": lambda c, keys: c.unit.agencies.by_id(keys, c.today),
    "Plan": lambda c, keys: c.unit.plans.by_id(keys),
    "PlanVersion": lambda c, keys: c.unit.plans.versions_by_id(keys),
    "StrategicIssue": lambda c, keys: c.unit.plans.issues_by_id(keys),
    "ValueChain": lambda c, keys: c.unit.chains.by_id(keys),
    "Stage": lambda c, keys: c.unit.chains.stages_by_id(keys),
    "ExpectedRole": lambda c, keys: c.unit.chains.roles_by_id(keys),
    "Project": lambda c, keys: c.unit.projects.by_id(keys),
    "Linkage": lambda c, keys: c.unit.linkages.by_id(keys),
    "AccessRecord": lambda c, keys: c.unit.audit_log.by_number(keys),
    "Source": lambda c, keys: c.unit.provenance.sources_by_id(keys),
    "SourceRun": lambda c, keys: c.unit.sources.runs_by_id(keys),
    "QuarantinedRow": lambda c, keys: c.unit.sources.rows_by_id(keys),
    "Cell": matrix.fetch_cells_by_key,
    "PlanningRound": fetch_rounds,
    "PlanningEvent": lambda c, keys: c.unit.rounds.events_by_id(keys),
}
"""How each type is found: local ids in, records by local id out, in one statement.

A noun of a later part adds itself: `LOADERS["Cell"] = …`.
"""


def parse_global_id(text: str) -> GlobalId | None:
    """The global id a client sent; null for a text that cannot be one."""
    try:
        text.encode()
        global_id = GlobalId.parse(text)
    except (Invalid, UnicodeEncodeError):
        return None
    return global_id


async def fetch_nodes(texts: Sequence[str], context: Context) -> list[Identifiable | None]:
    """What has each id, null where nothing has; one statement per type."""
    ids = [parse_global_id(text) for text in texts]
    keys: dict[str, list[str]] = defaultdict(list)
    for global_id in ids:
        if global_id is not None and global_id.type in LOADERS:
            keys[global_id.type].append(global_id.key)
    records_by_type = {
        kind: await LOADERS[kind](context, global_id) for kind, global_id in keys.items()
    }
    return [records_by_type.get(i.type, {}).get(i.key) if i else None for i in ids]


async def node(
    _roots: Sequence[None],
    context: Context,
    *,
    id: OpaqueId,  # the contract's name  # noqa: A002  # the contract's name
) -> Sequence[Identifiable | None]:
    """Whatever has an id; null where nothing has."""
    return await fetch_nodes([id], context)


async def nodes(
    _roots: Sequence[None], context: Context, *, ids: tuple[OpaqueId, ...]
) -> Sequence[Sequence[Identifiable | None]]:
    """What has each id, in the order asked."""
    if len(ids) > MAX_IDS:
        raise Invalid(
            "ids", f"ขอได้ครั้งละไม่เกิน {MAX_IDS} รหัส", f"ask for at most {MAX_IDS} ids at a time"
        )
    return [await fetch_nodes(ids, context)]


MAX_IDS: Final = 100


def provenance_key(record: HasId | Identifiable) -> str:
    """The key of a record's provenance: its global id."""
    global_id = getattr(record, "gid", None)
    return str(global_id or GlobalId(type(record).TYPE, record.id))  # type: ignore[union-attr]  # every record has one or the other


async def provenance(
    records: Sequence[HasId | Identifiable], context: Context
) -> Sequence[Sequence[Provenance]]:
    """Where each record comes from, the most telling first."""
    keys = [provenance_key(record) for record in records]
    provenance_by_key = await context.unit.provenance.by_subject(keys)
    return [provenance_by_key[key] for key in keys]


async def external_ids(
    records: Sequence[Identifiable], context: Context
) -> Sequence[Sequence[ExternalId]]:
    """The names of each record in other systems."""
    external_ids_by_gid = await context.unit.provenance.external_ids_by_subject(
        [record.gid for record in records]
    )
    return [external_ids_by_gid[record.gid] for record in records]


async def rules_of_records(records: Sequence[HasRuleCode], context: Context) -> Sequence[Rule]:
    """The rule each record rests on; a key of the tables holds that there is one."""
    rules_by_code = await context.unit.rules.by_code([record.rule_code for record in records])
    return [rules_by_code[record.rule_code] for record in records]


async def areas_of_records(records: Sequence[HasAreaId], context: Context) -> Sequence[Area | None]:
    """The area of each record; null where it has none."""
    ids = [record.area_id for record in records if record.area_id]
    areas_by_id = await context.unit.areas.by_id(ids) if ids else {}
    return [areas_by_id.get(record.area_id) if record.area_id else None for record in records]


async def agencies_of_records(
    records: Sequence[HasAgencyId], context: Context
) -> Sequence[Agency | None]:
    """The agency of each record; null where it has none."""
    return await fetch_agencies([record.agency_id for record in records], context)


async def fetch_agencies(ids: Sequence[str | None], context: Context) -> Sequence[Agency | None]:
    """Agencies in the order of their ids, with the code and parent of today; null for null."""
    present_ids = [i for i in ids if i]
    agencies_by_id = (
        await context.unit.agencies.by_id(present_ids, context.today) if present_ids else {}
    )
    return [agencies_by_id.get(i) if i else None for i in ids]
