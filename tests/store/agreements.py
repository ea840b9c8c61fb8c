"""Insert agreements and the facts that they assert, as the conclusion of a proposal does."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg

HOST = "ministry:22"


async def insert_session(connection: asyncpg.Connection) -> None:
    """Insert the session and the point of its agenda that all agreements of a test belong to."""
    await connection.execute(
        "insert into joint_session (id, kind, title, status, area_ids, fiscal_year, host_id, "
        "matrix_key, created_at, updated_at) values ('session', 'STRATEGY', 'ประชุมร่วม', 'OPEN', "
        "'{20}', 2011, $1, '', now(), now()) on conflict do nothing",
        HOST,
    )
    await connection.execute(
        "insert into agenda_item (id, session_id, ordinal, title, status, updated_at) "
        "values ('item', 'session', 1, 'วาระ', 'OPEN', now()) on conflict do nothing"
    )


async def insert_agreement(
    connection: asyncpg.Connection,
    key: str,
    status: str = "CONCLUDED",
    *,
    parties: Sequence[str] = (HOST, "province:20"),
    at: datetime | None = None,
    ratified_at: datetime | None = None,
) -> str:
    """Insert an agreement with its proposal and return its id."""
    await insert_session(connection)
    await connection.execute(
        "insert into proposal (id, session_id, item_id, agency_id, summary, status, operations, "
        "parties, created_at, updated_at) values ($1, 'session', 'item', $2, $1, 'CONCLUDED', "
        "'[]', $3, now(), now())",
        f"proposal-{key}",
        HOST,
        json.dumps(list(parties)),
    )
    await connection.execute(
        "insert into agreement (id, session_id, proposal_id, status, party_ids, operations, "
        "memorandum_th, memorandum_en, digest, at, ratified_at, updated_at) values ($1, 'session', "
        "$2, $3, $4, '[]', $1, $1, $1, coalesce($5, now()), "
        "coalesce($6, case when $3 = 'RATIFIED' then now() end), now())",
        key,
        f"proposal-{key}",
        status,
        list(parties),
        at,
        ratified_at,
    )
    return key


async def insert_fact(
    connection: asyncpg.Connection, key: str, agreement_id: str, field: str, **columns: Any
) -> str:
    """Insert a fact with some columns and return its id; it is asserted now unless one says so."""
    now = await connection.fetchval("select now()")
    values = {
        "id": key,
        "agreement_id": agreement_id,
        "field": field,
        "asserted_at": now,
        "updated_at": now,
        **columns,
    }
    names = ", ".join(values)
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    await connection.execute(
        f"insert into agreed_fact ({names}) values ({places})",  # noqa: S608 - names of columns
        *values.values(),
    )
    return key


async def insert_amount(
    connection: asyncpg.Connection,
    key: str,
    agreement_id: str,
    project_id: str,
    amount: int,
    *,
    area: str | None = "20",
    year: int = 2011,
    phase: str = "APPROPRIATED",
    funding: str = "LOCAL",
    **columns: Any,
) -> str:
    """Insert a fact about an amount, in satang, and return its id."""
    return await insert_fact(
        connection,
        key,
        agreement_id,
        "AMOUNT",
        project_id=project_id,
        fiscal_year=year,
        phase=phase,
        funding=funding,
        area_id=area,
        amount_satang=amount,
        **columns,
    )
