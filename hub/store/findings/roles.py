"""The expected roles of all chains, as they are now."""

from typing import Final

import asyncpg

from hub.domain.agencies import ActorLevel
from hub.domain.text import LocalizedText
from hub.domain.value_chain import ExpectedRole

ROLES: Final = """
select id, stage_id, level, statement_th, statement_en, citation, known_from from expected_role
order by id
"""


async def fetch_roles(connection: asyncpg.Connection) -> list[ExpectedRole]:
    """Return all expected roles by id."""
    return [
        ExpectedRole(
            id=row["id"],
            code=row["id"],
            level=ActorLevel(row["level"]),
            stage_id=row["stage_id"],
            statement=LocalizedText(row["statement_th"], row["statement_en"]),
            citation=row["citation"],
            as_of_time=None,
            updated_at=row["known_from"],
        )
        for row in await connection.fetch(ROLES)
    ]
