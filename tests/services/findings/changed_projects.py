"""Projects for the tests of findings, and a refresh in the transaction of a test."""

from typing import Any

import asyncpg

from hub.services.findings.refresh import refresh_in_transaction
from hub.store.rollup import compact_in_transaction

CANAL = "ขุดลอกคลองบางเสร่น้อย"


async def insert_project(connection: asyncpg.Connection, key: str, **changes: Any) -> None:
    """Insert a project of Chon Buri in FY 2567, whose owner does not matter."""
    values: dict[str, Any] = {
        "name": CANAL,
        "owner": "department:07003",
        "years": [2024],
        "areas": ["20"],
        "visibility": "PUBLISHED",
        "level": "MINISTRY",
        "amount": None,
        **changes,
    }
    await connection.execute(
        "insert into project (id, name_th, sort_key, actor_level, owner_id, fiscal_years, "
        "visibility) values ($1, $2, $1, $3, $4, $5, $6)",
        key,
        values["name"],
        values["level"],
        values["owner"],
        values["years"],
        values["visibility"],
    )
    for area in values["areas"]:
        await connection.execute(
            "insert into project_area (project_id, area_id, basis) values ($1, $2, 'UNKNOWN')",
            key,
            area,
        )
    if values["amount"] is not None:
        await connection.execute(
            "insert into budget_line (id, project_id, fiscal_year, phase, funding, amount) "
            "values ($1, $1, 2024, 'APPROPRIATED', 'MINISTRY', $2)",
            key,
            values["amount"],
        )


async def refresh(connection: asyncpg.Connection) -> int:
    """Compact the rollup and refresh until no note is left; return the number of projects."""
    count = 0
    while await compact_in_transaction(connection) > 0:
        pass
    while done := await refresh_in_transaction(connection):
        count += done
    return count


async def findings(connection: asyncpg.Connection, kind: str, prefix: str = "") -> dict[str, str]:
    """Return the status of findings of a kind, by id without the kind."""
    rows = await connection.fetch("select id, status from finding where kind = $1", kind)
    found = {row["id"].removeprefix(f"{kind}:"): row["status"] for row in rows}
    return {key: status for key, status in found.items() if key.startswith(prefix)}
