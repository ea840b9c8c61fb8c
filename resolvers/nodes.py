"""Resolvers of `node`, and of what records of all types share: provenance, rule, area, agency."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, Protocol

from hub.domain.agencies import Agency
from hub.domain.areas import Area
from hub.domain.findings import Finding
from hub.domain.global_id import GlobalId, Identifiable
from hub.domain.lookups import OpaqueId
from hub.domain.provenance import ExternalId, Provenance
from hub.domain.rounds import PlanningRound
from hub.domain.rules import Rule
from hub.domain.time import FIRST_BE, LAST_BE, FiscalYear
from hub.domain.user_errors import UserError
from hub.errors import Invalid
from resolvers import cells, suggestions
from resolvers.context import Context

Loader = Callable[[Context, Sequence[str]], Awaitable[Mapping[str, Identifiable]]]


class HasId(Protocol):
    """A record whose provenance has its type and id as key."""

    @property
    def id(self) -> str:
        """Return the local id."""
        ...


class HasRuleCode(Protocol):
    """A record that is based on a rule."""

    @property
    def rule_code(self) -> str:
        """Return the rule's code."""
        ...


class MayHaveRuleCode(Protocol):
    """A record that may be based on a rule."""

    @property
    def rule_code(self) -> str | None:
        """Return the rule's code; null for none."""
        ...


class HasAreaId(Protocol):
    """A record that may belong to an area."""

    @property
    def area_id(self) -> str | None:
        """Return the area's id."""
        ...


class HasAgencyId(Protocol):
    """A record that may belong to an agency."""

    @property
    def agency_id(self) -> str | None:
        """Return the agency's id."""
        ...


async def fetch_rounds(context: Context, keys: Sequence[str]) -> Mapping[str, PlanningRound]:
    """Return planning rounds by Buddhist year; other keys are absent."""
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


async def fetch_findings(context: Context, keys: Sequence[str]) -> Mapping[str, Finding]:
    """Return findings by id, probable copies among them; hidden and unknown ones are absent."""
    copies = await context.unit.copies.by_finding_key(keys)
    others = [key for key in keys if key not in copies]
    return {**copies, **(await context.unit.findings.by_id(others) if others else {})}


LOADERS: Final[dict[str, Loader]] = {
    "Area": lambda c, keys: c.unit.areas.by_id(keys),
    "Agency": lambda c, keys: c.unit.agencies.by_id(keys, c.today),
    "Plan": lambda c, keys: c.unit.plans.by_id(keys),
    "PlanVersion": lambda c, keys: c.unit.plans.versions_by_id(keys),
    "StrategicIssue": lambda c, keys: c.unit.plans.issues_by_id(keys),
    "Goal": lambda c, keys: c.unit.plan_contents.goals_by_id(keys),
    "Indicator": lambda c, keys: c.unit.plan_contents.indicators_by_id(keys),
    "Strategy": lambda c, keys: c.unit.plan_contents.strategies_by_id(keys),
    "PlanItem": lambda c, keys: c.unit.plan_contents.items_by_id(keys),
    "ValueChain": lambda c, keys: c.unit.chains.by_id(keys),
    "ValueChainMapping": lambda c, keys: c.unit.chain_mappings.by_id(keys),
    "Stage": lambda c, keys: c.unit.chains.stages_by_id(keys),
    "ExpectedRole": lambda c, keys: c.unit.chains.roles_by_id(keys),
    "Project": lambda c, keys: c.unit.projects.by_id(keys),
    "Linkage": lambda c, keys: c.unit.linkages.by_id(keys),
    "LinkageSuggestion": suggestions.fetch_suggestions_by_key,
    "Webhook": lambda c, keys: c.unit.webhooks.by_id(keys),
    "WebhookDelivery": lambda c, keys: c.unit.webhooks.deliveries_by_id(keys),
    "Upload": lambda c, keys: c.unit.imports.uploads_by_id(keys),
    "ImportJob": lambda c, keys: c.unit.imports.jobs_by_id(keys),
    "WorkRequest": lambda c, keys: c.unit.work_requests.by_id(keys),
    "Task": lambda c, keys: c.unit.tasks.by_id(keys),
    "Rule": lambda c, keys: c.unit.rules.by_code(keys),
    "Finding": fetch_findings,
    "SameAs": lambda c, keys: c.unit.same_as.by_id(keys),
    "AccessRecord": lambda c, keys: c.unit.audit_log.by_number(keys),
    "Source": lambda c, keys: c.unit.provenance.sources_by_id(keys),
    "SourceRun": lambda c, keys: c.unit.sources.runs_by_id(keys),
    "Ruling": lambda c, keys: c.unit.rulings.by_id(keys),
    "QuarantinedRow": lambda c, keys: c.unit.sources.rows_by_id(keys),
    "Cell": cells.fetch_cells_by_key,
    "PlanningRound": fetch_rounds,
    "JointSession": lambda c, keys: c.unit.sessions.by_id(keys),
    "Delegation": lambda c, keys: c.unit.sessions.delegations_by_id(keys),
    "AgendaItem": lambda c, keys: c.unit.sessions.items_by_id(keys),
    "Proposal": lambda c, keys: c.unit.proposals.by_id(keys),
    "Position": lambda c, keys: c.unit.proposals.positions_by_id(keys),
    "Condition": lambda c, keys: c.unit.proposals.conditions_by_id(keys),
    "AgreedFact": lambda c, keys: c.unit.agreed_facts.by_id(keys),
    "Agreement": lambda c, keys: c.unit.agreements.by_id(keys),
    "Commitment": lambda c, keys: c.unit.agreements.commitments_by_id(keys, c.today),
    "PlanningEvent": lambda c, keys: c.unit.rounds.events_by_id(keys),
}
"""How records of each type are loaded: local ids in, records by local id out, one statement."""


def parse_global_id(text: str) -> GlobalId | None:
    """Return a client's id as a global id; null when malformed."""
    try:
        text.encode()
        global_id = GlobalId.parse(text)
    except (Invalid, UnicodeEncodeError):
        return None
    return global_id


async def fetch_nodes(
    texts: Sequence[str], context: Context, selected: frozenset[str] | None = None
) -> list[Identifiable | None]:
    """Return the record of each id, null if there is none; one statement per type.

    `selected`: the names of the fields below them, if they are known.
    """
    ids = [parse_global_id(text) for text in texts]
    keys: dict[str, list[str]] = defaultdict(list)
    for global_id in ids:
        if global_id is not None and global_id.type in LOADERS:
            keys[global_id.type].append(global_id.key)
    records_by_type = {
        kind: await cells.fetch_cells_by_key(context, local_ids, selected)
        if kind == "Cell" and selected is not None
        else await LOADERS[kind](context, local_ids)
        for kind, local_ids in keys.items()
    }
    return [records_by_type.get(i.type, {}).get(i.key) if i else None for i in ids]


async def node(
    _roots: Sequence[None],
    context: Context,
    selected: frozenset[str],
    *,
    id: OpaqueId,  # noqa: A002 - the GraphQL name
) -> Sequence[Identifiable | None]:
    """Return the record with an id; null if there is none."""
    return await fetch_nodes([id], context, selected)


async def nodes(
    _roots: Sequence[None], context: Context, *, ids: tuple[OpaqueId, ...]
) -> Sequence[Sequence[Identifiable | None]]:
    """Return the record of each id, in their order."""
    if len(ids) > MAX_IDS:
        raise Invalid("ids", f"ขอได้ครั้งละไม่เกิน {MAX_IDS} รหัส", f"at most {MAX_IDS} ids per request")
    return [await fetch_nodes(ids, context)]


MAX_IDS: Final = 100


def provenance_key(record: HasId | Identifiable) -> str:
    """Return the key of a record's provenance: its global id."""
    global_id = getattr(record, "gid", None)
    return str(global_id or GlobalId(type(record).TYPE, record.id))  # type: ignore[union-attr]  # every record has one or the other


async def current_of_errors(
    errors: Sequence[UserError], context: Context
) -> Sequence[Identifiable | None]:
    """Return the thing of each error as it is now, where the viewer may see it."""
    gids = list(dict.fromkeys(one.current_gid for one in errors if one.current_gid))
    found = dict(zip(gids, await fetch_nodes(gids, context), strict=True))
    return [found.get(one.current_gid or "") for one in errors]


async def provenance(
    records: Sequence[HasId | Identifiable], context: Context
) -> Sequence[Sequence[Provenance]]:
    """Return the provenance of each record, by ordinal."""
    keys = [provenance_key(record) for record in records]
    provenance_by_key = await context.unit.provenance.by_subject(keys)
    return [provenance_by_key[key] for key in keys]


async def external_ids(
    records: Sequence[Identifiable], context: Context
) -> Sequence[Sequence[ExternalId]]:
    """Return the ids of each record in other systems."""
    external_ids_by_gid = await context.unit.provenance.external_ids_by_subject(
        [record.gid for record in records]
    )
    return [external_ids_by_gid[record.gid] for record in records]


async def rules_of_records(records: Sequence[HasRuleCode], context: Context) -> Sequence[Rule]:
    """Return the rule of each record; a foreign key guarantees that it exists."""
    rules_by_code = await context.unit.rules.by_code([record.rule_code for record in records])
    return [rules_by_code[record.rule_code] for record in records]


async def optional_rules(
    records: Sequence[MayHaveRuleCode], context: Context
) -> Sequence[Rule | None]:
    """Return the rule of each record; null if it has none."""
    codes = sorted({one.rule_code for one in records if one.rule_code})
    found = await context.unit.rules.by_code(codes) if codes else {}
    return [found.get(one.rule_code or "") for one in records]


async def areas_of_records(records: Sequence[HasAreaId], context: Context) -> Sequence[Area | None]:
    """Return the area of each record; null if it has none."""
    ids = [record.area_id for record in records if record.area_id]
    areas_by_id = await context.unit.areas.by_id(ids) if ids else {}
    return [areas_by_id.get(record.area_id) if record.area_id else None for record in records]


async def agencies_of_records(
    records: Sequence[HasAgencyId], context: Context
) -> Sequence[Agency | None]:
    """Return the agency of each record; null if it has none."""
    return await fetch_agencies([record.agency_id for record in records], context)


async def require_agencies(ids: Sequence[str], context: Context) -> Sequence[Agency]:
    """Return agencies in the order of ids, which foreign keys guarantee to exist."""
    agencies_by_id = await context.unit.agencies.by_id(list(ids), context.today)
    return [agencies_by_id[key] for key in ids]


async def fetch_agencies(ids: Sequence[str | None], context: Context) -> Sequence[Agency | None]:
    """Return agencies in the order of ids, with today's code and parent; null for null."""
    present_ids = [i for i in ids if i]
    agencies_by_id = (
        await context.unit.agencies.by_id(present_ids, context.today) if present_ids else {}
    )
    return [agencies_by_id.get(i) if i else None for i in ids]
