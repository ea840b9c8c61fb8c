"""Resolvers of facts that agreements assert, and of what they change in projects and matrices."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from hub.domain.agencies import Agency
from hub.domain.budget import BudgetLine
from hub.domain.findings import Finding, FindingStatus
from hub.domain.global_id import GlobalId, Identifiable
from hub.domain.linkages import Linkage
from hub.domain.lookups import AsOf, OpaqueId
from hub.domain.matrix.result import Matrix
from hub.domain.paging import Connection, PageRequest
from hub.domain.projects import Project
from hub.domain.same_as import SameAs
from hub.domain.sessions.agreed_facts import FINDING_PREFIX, AgreedFact, Claim, FactFilter
from hub.domain.sessions.agreements import Agreement
from hub.domain.sessions.kinds import FactStatus
from hub.services.matrix.build_notices import list_unratified
from resolvers.arguments import fetch_grouped_by_as_of, resolve_as_of, validate_agency_id
from resolvers.context import Context
from resolvers.nodes import fetch_agencies, fetch_nodes


async def agreed_facts(
    _roots: Sequence[None],
    context: Context,
    *,
    subject: OpaqueId | None = None,
    agency: Annotated[GlobalId, "Agency"] | None = None,
    status: tuple[FactStatus, ...] | None = None,
    as_of: AsOf | None = None,
    first: int = 20,
    after: str | None = None,
) -> Sequence[Connection[AgreedFact]]:
    """Return the facts of agreements, the newest first."""
    page = PageRequest.from_arguments(first, after, (int, str))
    wanted = FactFilter(
        subject=None if subject is None else GlobalId.parse(subject, "subject"),
        agency_id=await validate_agency_id(context, agency, "agency"),
        statuses=status,
    )
    at = await resolve_as_of(context, as_of)
    return [await context.unit.agreed_facts.page(wanted, page, at)]


async def facts_of_projects(
    projects: Sequence[Project], context: Context, *, first: int = 20, after: str | None = None
) -> Sequence[Connection[AgreedFact]]:
    """Return what agreements assert about each project, the newest first."""
    page = PageRequest.from_arguments(first, after, (int, str))

    async def _fetch(
        group: Sequence[Project], at: datetime | None
    ) -> Sequence[Connection[AgreedFact]]:
        ids = [project.id for project in group]
        found = await context.unit.agreed_facts.by_project(ids, page, at)
        return [found[key] for key in ids]

    return await fetch_grouped_by_as_of(projects, _fetch)


async def facts_of_agreements(
    agreements: Sequence[Agreement], context: Context, *, first: int = 20, after: str | None = None
) -> Sequence[Connection[AgreedFact]]:
    """Return what each agreement asserts."""
    page = PageRequest.from_arguments(first, after, (int, str))
    ids = [one.id for one in agreements]
    found = await context.unit.agreed_facts.by_agreement(ids, page)
    return [found[key] for key in ids]


async def leads(projects: Sequence[Project], context: Context) -> Sequence[Agency | None]:
    """Return the agency that leads each project by agreement; null: none was agreed."""

    async def _fetch(group: Sequence[Project], at: datetime | None) -> Sequence[Agency | None]:
        found = await context.unit.agreed_lines.leads([one.id for one in group], at)
        return await fetch_agencies([found.get(one.id) for one in group], context)

    return await fetch_grouped_by_as_of(projects, _fetch)


async def agreements_of(
    records: Sequence[AgreedFact | BudgetLine | Claim], context: Context
) -> Sequence[Agreement | None]:
    """Return the agreement that asserts each record; null: none, or not visible."""
    return await fetch_agreements([one.agreement_id for one in records], context)


async def agreements_of_linkages(
    linkages: Sequence[Linkage], context: Context
) -> Sequence[Agreement | None]:
    """Return the agreement that made or changed each linkage last."""
    found = await context.unit.agreed_lines.agreements_of_linkages([one.id for one in linkages])
    return await fetch_agreements([found.get(one.id) for one in linkages], context)


async def fetch_agreements(
    ids: Sequence[str | None], context: Context
) -> Sequence[Agreement | None]:
    """Return agreements in the order of ids; null for null, and for one that is not visible."""
    wanted = sorted({key for key in ids if key})
    found = await context.unit.agreements.by_id(wanted) if wanted else {}
    return [found.get(key or "") for key in ids]


async def subjects(facts: Sequence[AgreedFact], context: Context) -> Sequence[Identifiable]:
    """Return what each fact is about; a fact is visible only with it."""
    gids = list(dict.fromkeys(one.subject_gid for one in facts))
    nodes = zip(gids, await fetch_nodes(gids, context), strict=True)
    found = {gid: node for gid, node in nodes if node is not None}
    return [found[one.subject_gid] for one in facts]


async def findings_of_facts(
    facts: Sequence[AgreedFact], context: Context
) -> Sequence[Finding | None]:
    """Return the finding that names a fact and a report that differs; null: they do not."""
    ids = sorted({one.finding_id for one in facts if one.finding_id})
    found = await context.unit.findings.by_id(ids) if ids else {}
    return [found.get(one.finding_id or "") for one in facts]


async def claims_of_findings(
    findings: Sequence[Finding], context: Context
) -> Sequence[Sequence[Claim]]:
    """Return what the agreement and the sources claim of each finding about an agreed fact."""
    keys = {
        one.id: one.id.removeprefix(FINDING_PREFIX)
        for one in findings
        if one.id.startswith(FINDING_PREFIX)
    }
    found = await context.unit.agreed_facts.by_id(sorted(keys.values())) if keys else {}
    facts = [found.get(keys.get(one.id, "")) for one in findings]
    return [[fact.agreed, *fact.reported] if fact else [] for fact in facts]


async def agreements_of_assertions(
    assertions: Sequence[SameAs], context: Context
) -> Sequence[Agreement | None]:
    """Return the agreement that each assertion comes from."""
    found = await context.unit.agreed_lines.agreements_of_identities([one.id for one in assertions])
    return await fetch_agreements([found.get(one.id) for one in assertions], context)


async def agreements_of_findings(
    findings: Sequence[Finding], context: Context
) -> Sequence[Agreement | None]:
    """Return the agreement that settled each finding."""
    ids = [one.id for one in findings if one.status is FindingStatus.SETTLED]
    found = await context.unit.agreed_lines.agreements_of_findings(ids) if ids else {}
    return await fetch_agreements([found.get(one.id) for one in findings], context)


async def unratified(matrices: Sequence[Matrix], context: Context) -> Sequence[Sequence[Agreement]]:
    """Return the agreements that figures rest on and that are concluded, not ratified."""
    found = []
    for one in matrices:
        ids = await list_unratified(context.unit, one)
        agreements = await context.unit.agreements.by_id(ids) if ids else {}
        found.append([agreements[key] for key in ids if key in agreements])
    return found
