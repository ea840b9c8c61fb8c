"""What else must be written when agreements assert facts, or facts end."""

from collections.abc import Sequence
from typing import Final

import asyncpg

NOTE_FINDINGS: Final = """
-- The findings about the projects of facts are refreshed by the next pass.
insert into finding_change (project_key, transaction)
select distinct p.key, pg_current_xact_id()::text::bigint
from agreed_fact f join project p on p.id = f.project_id
where f.id = any($1::text[]) and p.key is not null
on conflict do nothing
"""


async def note_facts(connection: asyncpg.Connection, fact_ids: Sequence[str]) -> None:
    """Note that facts were inserted, ended or ratified; call it in the transaction that does so.

    Their findings are refreshed in the background. Figures need no note: each question reads the
    facts in force, and the rollup leaves their projects to the tables of facts (ADR 45).
    """
    if fact_ids:
        await connection.execute(NOTE_FINDINGS, list(fact_ids))
