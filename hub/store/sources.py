"""How sources stand: their last success, what they cover, what waits of them."""

from typing import Final

import asyncpg

from hub.domain.provenance import SourceHealth
from hub.domain.runs import Standing

STANDINGS: Final = """
select s.id, s.health, s.last_success_at,
    (select count(*) from source_record r where r.source_id = s.id) as records,
    (select min(fiscal_year) from budget_line b join source_record r on r.id = b.record_id
        where r.source_id = s.id) as first_year,
    (select max(fiscal_year) from budget_line b join source_record r on r.id = b.record_id
        where r.source_id = s.id) as last_year,
    (select count(*) from quarantine q
        where q.source_id = s.id and q.status = 'WAITING') as waiting,
    (select status from source_run u where u.source_id = s.id order by u.id desc limit 1) as run,
    (select error from source_run u where u.source_id = s.id order by u.id desc limit 1) as error
from source s where s.transport is not null order by s.id
"""


async def standings(connection: asyncpg.Connection) -> dict[str, Standing]:
    """How each source stands that was ever taken in, by its id."""
    return {
        row["id"]: Standing(
            SourceHealth(row["health"]),
            row["last_success_at"],
            row["records"],
            row["first_year"],
            row["last_year"],
            row["waiting"],
            row["run"],
            row["error"],
        )
        for row in await connection.fetch(STANDINGS)
    }
