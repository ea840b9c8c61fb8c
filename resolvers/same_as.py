"""Resolvers of assertions that projects are one activity, and of the commands on them."""

from collections.abc import Sequence
from datetime import datetime

from hub.domain.agencies import Agency
from hub.domain.projects import Project
from hub.domain.same_as import SameAs, SameAsAssertCommand, SameAsPayload, SameAsUndoCommand
from resolvers.arguments import fetch_grouped_by_as_of
from resolvers.context import Context
from resolvers.linkage_commands import begin
from resolvers.nodes import fetch_agencies


async def assert_same(
    _roots: Sequence[None],
    context: Context,
    *,
    input: SameAsAssertCommand,  # noqa: A002 - the GraphQL name
) -> Sequence[SameAsPayload]:
    """Assert that projects are one activity."""
    return [await context.commands.same_as.assert_same(await begin(context), input)]


async def undo(
    _roots: Sequence[None],
    context: Context,
    *,
    input: SameAsUndoCommand,  # noqa: A002 - the GraphQL name
) -> Sequence[SameAsPayload]:
    """Undo an assertion."""
    return [await context.commands.same_as.undo(await begin(context), input)]


async def assertions_of_payloads(
    payloads: Sequence[SameAsPayload], context: Context
) -> Sequence[SameAs | None]:
    """Return the assertion of each payload as it is now; null if the command was refused."""
    ids = [one.same_as_id for one in payloads if one.same_as_id is not None]
    found = await context.unit.same_as.by_id(ids) if ids else {}
    return [found.get(one.same_as_id or "") for one in payloads]


async def identity(projects: Sequence[Project], context: Context) -> Sequence[Sequence[SameAs]]:
    """Return the assertions about each project, the oldest first, undone ones among them."""

    async def _fetch(group: Sequence[Project], at: datetime | None) -> Sequence[Sequence[SameAs]]:
        found = await context.unit.same_as.by_project([one.id for one in group], at)
        return [found[project.id] for project in group]

    return await fetch_grouped_by_as_of(projects, _fetch)


async def projects_of_assertions(
    assertions: Sequence[SameAs], context: Context
) -> Sequence[Sequence[Project]]:
    """Return the projects of each assertion, the one that is kept first."""
    ids = sorted({key for one in assertions for key in one.project_ids})
    found = await context.unit.projects.by_id(ids)
    return [[found[key] for key in one.project_ids if key in found] for one in assertions]


async def keep(assertions: Sequence[SameAs], context: Context) -> Sequence[Project]:
    """Return the project as which those of each assertion are counted; the viewer may see it."""
    found = await context.unit.projects.by_id([one.keep_id for one in assertions])
    return [found[one.keep_id] for one in assertions]


async def by(assertions: Sequence[SameAs], context: Context) -> Sequence[Agency | None]:
    """Return the agency that made each assertion; null for one of sources."""
    return await fetch_agencies([one.agency_id for one in assertions], context)


async def undone_by(assertions: Sequence[SameAs], context: Context) -> Sequence[Agency | None]:
    """Return the agency that undid each assertion; null if it is in force."""
    return await fetch_agencies([one.undone_by_id for one in assertions], context)
