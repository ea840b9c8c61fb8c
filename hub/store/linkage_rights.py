"""Which agencies may act for the two sides of linkages, by the register of today (ADR 25).

FUNCTION: the owner of the project, and the ministry under which that department is placed today.
AREA: the agency that administers the area of the issue's plan (province, cluster, local authority);
for a cluster also the province that is its operations centre today, or was at the cluster's end,
unless the source of that is unverified; for a plan of an agency without an area, that agency.
"""

from collections.abc import Sequence
from typing import Any, Final, Protocol

from hub.domain.record import value
from hub.store.read_transaction import ReadTransaction

TODAY: Final = "timezone('Asia/Bangkok', transaction_timestamp())::date"
AREA_AGENCIES: Final = f"""
select home.area_id, home.id as agency_id, 0 as ordinal
from agency home
where home.level in ('PROVINCE', 'CLUSTER', 'LOCAL') and home.area_id is not null
union all
select centre.cluster_id, province.id, 1
from operations_centre centre
join area cluster on cluster.id = centre.cluster_id
join agency province on province.area_id = centre.province_id and province.level = 'PROVINCE'
where centre.head_rule <> 'UNVERIFIED' and coalesce(centre.valid_from <= {TODAY}, true) and (
    centre.valid_to is null or centre.valid_to > {TODAY}
    or cluster.valid_to <= {TODAY} and centre.valid_to >= cluster.valid_to
)
"""  # noqa: S608 - constants
"""Areas, and the agencies that may act for each; ordinal 0 is the area's own agency."""

FUNCTION_RIGHTS: Final = f"""
select p.id, p.owner_id,
    p.owner_id = $2 or exists (
        select from agency_placement placement
        join agency department on department.id = placement.agency_id
        join agency ministry on ministry.id = placement.parent_id
        where placement.agency_id = p.owner_id and placement.parent_id = $2
            and department.level = 'MINISTRY' and ministry.kind = 'MINISTRY'
            and coalesce(placement.valid_from <= {TODAY}, true)
            and coalesce(placement.valid_to > {TODAY}, true)
    ) as allowed
from project p where p.id = any($1::text[])
"""  # noqa: S608 - constants
PLACED_UNDER: Final = f"""
select placement.agency_id
from agency_placement placement
join agency department on department.id = placement.agency_id
join agency ministry on ministry.id = placement.parent_id
where placement.agency_id = any($1::text[]) and placement.parent_id = $2
    and department.level = 'MINISTRY' and ministry.kind = 'MINISTRY'
    and coalesce(placement.valid_from <= {TODAY}, true)
    and coalesce(placement.valid_to > {TODAY}, true)
"""  # noqa: S608 - constants
AREA_RIGHTS: Final = f"""
with of_area as ({AREA_AGENCIES})
select i.id,
    coalesce(
        (select min(a.agency_id) from of_area a where a.area_id = p.area_id and a.ordinal = 0),
        case when p.area_id is null then p.agency_id end
    ) as home_id,
    coalesce(
        exists (select from of_area a where a.area_id = p.area_id and a.agency_id = $2)
            or p.area_id is null and p.agency_id = $2,
        false
    ) as allowed
from issue i join plan p on p.id = i.plan_id
where i.id = any($1::text[])
"""  # noqa: S608 - constants
AREA_AGENCY_RIGHTS: Final = f"""
with of_area as ({AREA_AGENCIES})
select area.id,
    (select min(a.agency_id) from of_area a where a.area_id = area.id and a.ordinal = 0) as home_id,
    exists (select from of_area a where a.area_id = area.id and a.agency_id = $2) as allowed
from area where area.id = any($1::text[])
"""  # noqa: S608 - constants

PLAN_RIGHTS: Final = f"""
with of_area as ({AREA_AGENCIES})
select p.id,
    coalesce(
        (select min(a.agency_id) from of_area a where a.area_id = p.area_id and a.ordinal = 0),
        case when p.area_id is null then p.agency_id end
    ) as home_id,
    coalesce(
        exists (select from of_area a where a.area_id = p.area_id and a.agency_id = $2)
            or p.area_id is null and p.agency_id = $2,
        false
    ) as allowed
from plan p where p.id = any($1::text[])
"""  # noqa: S608 - constants


class SqlReader(Protocol):
    """A connection in a transaction, or a `ReadTransaction`."""

    async def fetch(self, sql: str, /, *values: Any) -> Sequence[Any]:
        """Execute SQL and return its rows."""
        ...


@value
class SideRight:
    """The agency of a side, and whether the acting agency may decide for it."""

    agency_id: str | None
    allowed: bool


async def fetch_function_rights(
    reader: SqlReader, project_ids: Sequence[str], agency_id: str | None
) -> dict[str, SideRight]:
    """Return the right of an agency to act for FUNCTION, by project; `agency_id` of it: the owner.

    A missing project is absent.
    """
    rows = await reader.fetch(FUNCTION_RIGHTS, sorted(set(project_ids)), agency_id)
    return {row["id"]: SideRight(row["owner_id"], bool(row["allowed"])) for row in rows}


async def fetch_area_rights(
    reader: SqlReader, issue_ids: Sequence[str], agency_id: str | None
) -> dict[str, SideRight]:
    """Return the right of an agency to act for AREA, by issue; a missing issue is absent."""
    rows = await reader.fetch(AREA_RIGHTS, sorted(set(issue_ids)), agency_id)
    return {row["id"]: SideRight(row["home_id"], bool(row["allowed"])) for row in rows}


async def fetch_area_agency_rights(
    reader: SqlReader, area_ids: Sequence[str], agency_id: str | None
) -> dict[str, SideRight]:
    """Return the right of an agency to act for an area, by area; a missing area is absent."""
    rows = await reader.fetch(AREA_AGENCY_RIGHTS, sorted(set(area_ids)), agency_id)
    return {row["id"]: SideRight(row["home_id"], bool(row["allowed"])) for row in rows}


async def fetch_placed_under(
    reader: SqlReader, agency_ids: Sequence[str], ministry_id: str | None
) -> set[str]:
    """Return which agencies are departments of a ministry today."""
    rows = await reader.fetch(PLACED_UNDER, sorted(set(agency_ids)), ministry_id)
    return {row["agency_id"] for row in rows}


class LinkageRights:
    """The same, in one request's snapshot."""

    def __init__(self, transaction: ReadTransaction) -> None:
        self._transaction = transaction

    async def function(
        self, project_ids: Sequence[str], agency_id: str | None
    ) -> dict[str, SideRight]:
        """Return the right of an agency to act for FUNCTION, by project."""
        return await fetch_function_rights(self._transaction, project_ids, agency_id)

    async def area(self, issue_ids: Sequence[str], agency_id: str | None) -> dict[str, SideRight]:
        """Return the right of an agency to act for AREA, by issue."""
        return await fetch_area_rights(self._transaction, issue_ids, agency_id)

    async def area_agency(
        self, area_ids: Sequence[str], agency_id: str | None
    ) -> dict[str, SideRight]:
        """Return the right of an agency to act for an area, by area."""
        return await fetch_area_agency_rights(self._transaction, area_ids, agency_id)

    async def plan(self, plan_ids: Sequence[str], agency_id: str | None) -> dict[str, SideRight]:
        """Return the right of an agency to act for AREA on the issues of a plan, by plan."""
        rows = await self._transaction.fetch(PLAN_RIGHTS, sorted(set(plan_ids)), agency_id)
        return {row["id"]: SideRight(row["home_id"], bool(row["allowed"])) for row in rows}
