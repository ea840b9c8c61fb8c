"""Read the reference data that a generated nation uses: agencies, clusters, issues and stages."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

import asyncpg

from hub.domain.record import record

SELECT_AGENCIES: Final = """
select distinct on (a.id) a.id, a.kind, a.level, a.name_th, a.area_id, p.code
from agency a
left join agency_placement p on p.agency_id = a.id and p.valid_to is null
where a.valid_to is null and not exists (
    select from provenance made_up join source s on s.id = made_up.source_id
    where hashtextextended(made_up.subject, 0) = hashtextextended('gid://hub/Agency/' || a.id, 0)
        and made_up.subject = 'gid://hub/Agency/' || a.id and s.transport is not null
)
order by a.id, p.code
"""
"""Agencies in force, without those that an operator declared (whose source has a transport)."""
SELECT_CLUSTERS: Final = """
select m.child_id, m.parent_id from area_membership m
join area child on child.id = m.child_id and child.level = 'PROVINCE'
join area parent on parent.id = m.parent_id and parent.level = 'CLUSTER'
where m.valid_to is null
"""
SELECT_TARGETS: Final = """
select distinct m.child_id as province, r.issue_id, s.id as stage_id
from issue_revision r
join plan_version v on v.id = r.version_id and v.visibility = 'PUBLISHED'
join plan p on p.id = v.plan_id
join area_membership m on m.parent_id = p.area_id
join area child on child.id = m.child_id and child.level = 'PROVINCE'
left join value_chain c on c.theme = r.theme
left join stage s on s.chain_id = c.id
order by 1, 2, 3
"""
"""Issues of the plans of a province's clusters, each with the stages of chains of its theme."""


@record
class NationAgency:
    """An agency in force, with its current budget code if it has one."""

    id: str
    kind: str
    level: str | None
    name: str
    area_id: str | None
    code: str | None


@record
class NationReference:
    """The reference data of a nation; targets are pairs of an issue and a stage (or null)."""

    agencies: Sequence[NationAgency]
    cluster_by_province: Mapping[str, str]
    targets_by_province: Mapping[str, Sequence[tuple[str, str | None]]]
    all_targets: Sequence[tuple[str, str | None]]


async def fetch_reference(connection: asyncpg.Connection) -> NationReference:
    """Return the reference data in the database."""
    agencies = [
        NationAgency(
            row["id"], row["kind"], row["level"], row["name_th"], row["area_id"], row["code"]
        )
        for row in await connection.fetch(SELECT_AGENCIES)
    ]
    clusters = {
        row["child_id"]: row["parent_id"] for row in await connection.fetch(SELECT_CLUSTERS)
    }
    targets: dict[str, list[tuple[str, str | None]]] = defaultdict(list)
    for row in await connection.fetch(SELECT_TARGETS):
        targets[row["province"]].append((row["issue_id"], row["stage_id"]))
    every = sorted({one for pairs in targets.values() for one in pairs}, key=repr)
    return NationReference(agencies, clusters, targets, every)
