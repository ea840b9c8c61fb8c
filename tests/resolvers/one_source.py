"""One source that reports one amount of one project, and is read again."""

import json
from datetime import timedelta

from hub.store.database import Database


class Reports:
    """A source that reports one amount of one project, and is read from time to time."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def begin(self, amount: int) -> None:
        """Read the source for the first time, before any agreement."""
        await self.database.pool.execute(
            "insert into source (id, name_th, name_en, kind, health) "
            "values ('budget', 'ระบบงบ', 'budget system', 'REGISTER', 'OK')"
        )
        await self.database.pool.execute(
            "insert into project (id, name_th, sort_key, actor_level, owner_id, fiscal_years, "
            "visibility, source_id) values ('p', 'โครงการ', 'ค', 'LOCAL', 'ministry:22', '{2011}', "
            "'PUBLISHED', 'budget')"
        )
        await self.database.pool.execute(
            "insert into source_record (id, source_id, scheme, value, payload_hash, retrieved_at, "
            "scope, project_id) values (1, 'budget', 'budget', 'B-1', '\\x01', "
            "now() - interval '1 day', '', 'p')"
        )
        await self.database.pool.execute(
            "insert into budget_line (id, project_id, area_id, fiscal_year, phase, funding, "
            "amount, record_id, source_id) "
            "values ('l', 'p', '20', 2011, 'APPROPRIATED', 'LOCAL', $1, 1, 'budget')",
            amount,
        )

    async def read(self, amount: int | None = None, *, since: bool = False) -> None:
        """Read the source now; the record is unchanged without an amount.

        `since`: the run requested changes alone, so it contains no unchanged record.
        """
        at = await self.database.pool.fetchval("select clock_timestamp()")
        await self.database.pool.execute(
            "insert into source_run (source_id, status, started_at, finished_at, origin, "
            "spec_digest, state, ledger, since) "
            "values ('budget', 'SUCCEEDED', $1, $1, '', '', $2, '{}', $3)",
            at,
            json.dumps({"scopes": [] if since and amount is None else [""]}),
            at - timedelta(days=1) if since else None,
        )
        if amount is not None:
            await self.database.pool.execute(
                "update budget_line set amount = $1 where id = 'l'", amount
            )
            await self.database.pool.execute(
                "update source_record set retrieved_at = $1 where id = 1", at
            )
