"""Migration 0019 keeps earlier linkages as they are, and says when each was created."""

from datetime import UTC, datetime

import asyncpg

from hub.domain.linkages import LinkageStatus
from hub.store.linkage_states import state_of
from hub.store.migrate import migrate

CREATED = datetime(2026, 1, 1, tzinfo=UTC)


async def test_earlier_linkage_has_no_decisions_and_the_instant_of_its_first_row(
    empty_dsn: str,
) -> None:
    await migrate(empty_dsn, "0017")
    connection = await asyncpg.connect(empty_dsn)
    try:
        await connection.execute(
            "insert into value_chain (id, name_th, sort_key, actor_levels) "
            "values ('c', 'ก', 'ก', '{}')"
        )
        await connection.execute(
            "insert into stage (id, chain_id, code, ordinal, name_th, kind) "
            "values ('s', 'c', '1', 1, 'ก', 'MAIN')"
        )
        await connection.execute(
            "insert into project (id, name_th, sort_key, fiscal_years, visibility) "
            "values ('p', 'ก', 'ก', '{2011}', 'PUBLISHED')"
        )
        await connection.execute(
            "insert into linkage (id, project_id, stage_id, status, visibility, known_from) "
            "values ('l', 'p', 's', 'PROPOSED', 'PUBLISHED', $1)",
            CREATED,
        )
        await connection.execute("update linkage set share = 0.5, version = 2 where id = 'l'")
        before = await connection.fetchval("select count(*) from rollup_change")
        await migrate(empty_dsn, "0019")
        row = await connection.fetchrow("select * from linkage where id = 'l'")
        state = state_of(row)
        assert (state.status, state.function, state.area) == (LinkageStatus.PROPOSED, None, None)
        assert row["created_at"] == CREATED
        earlier = await connection.fetch("select created_at from history.linkage where id = 'l'")
        assert [one["created_at"] for one in earlier] == [CREATED]
        assert await connection.fetchval("select count(*) from rollup_change") == before
    finally:
        await connection.close()
