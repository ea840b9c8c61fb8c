"""The provinces of each cluster on a day, for evidence in documents."""

from datetime import date
from typing import Final

import asyncpg

SELECT_MEMBERS: Final = """
select m.parent_id as cluster_id, array_agg(m.child_id order by m.child_id) as provinces
from area_membership m
join area cluster on cluster.id = m.parent_id and cluster.level = 'CLUSTER'
where (m.valid_from is null or m.valid_from <= $1) and (m.valid_to is null or m.valid_to > $1)
group by 1
"""


async def list_provinces_of_clusters(
    connection: asyncpg.Connection, on: date
) -> dict[str, frozenset[str]]:
    """Return the ids of the provinces of each cluster that has any on a day, by cluster."""
    rows = await connection.fetch(SELECT_MEMBERS, on)
    return {row["cluster_id"]: frozenset(row["provinces"]) for row in rows}
