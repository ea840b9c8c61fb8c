"""The least that a server of this stack can do: `peer_limits.py KIND SOCKET_FOLDER PORT`.

`rows` fetches rows with asyncpg and writes them with orjson, `json_agg` lets PostgreSQL write the
JSON, `static` sends bytes. No GraphQL: the body of a request has the name of the question.
"""

import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any, Final

import asyncpg
import orjson
import uvicorn

RUN_BY = "peers"
LABELS: Final = """
select 'r' as axis, ordinal, label from peer.area_row
union all select 'c', ordinal, label from peer.agency_column order by axis, ordinal
"""
CELL: Final = """row_index as "rowIndex", column_index as "columnIndex", state,
    project_count as "projectCount", budget"""
TABLES: Final = {"matrix": "cell", "matrix from the rollup": "rollup_cell"}
PROJECTS: Final = """
select p.id, p.code, p.name_th, a.name_th as owner from (
    select * from peer.project order by sort_key, id limit 100) p
left join peer.agency a on a.id = p.owner_id order by p.sort_key, p.id
"""
PARTS: Final = {
    "areas": """select project_id, code, name_th from peer.project_area
        join peer.area on area.id = area_id where project_id = any($1)""",
    "linkages": """select project_id, status, issue.name_th as issue, stage.name_th as stage
        from peer.linkage left join peer.issue on issue.id = issue_id
        left join peer.stage on stage.id = stage_id where project_id = any($1)""",
    "budgets": """select project_id, year_be, phase, amount from peer.budget_line
        where project_id = any($1)""",
}
JSON_VIEWS: Final = {
    "matrix": "cell_json",
    "matrix from the rollup": "rollup_cell_json",
    "list": "project_json",
}
TYPENAME: Final = b'{"data":{"__typename":"Query"}}'
Answer = Callable[[asyncpg.Pool, str], Awaitable[bytes]]


def name(text: str | None) -> dict[str, Any] | None:
    """Return what has a Thai name; null without a name."""
    return None if text is None else {"name": {"th": text}}


async def answer_from_rows(pool: asyncpg.Pool, question: str) -> bytes:
    """Return the answer from rows."""
    async with pool.acquire() as connection:
        if question in TABLES:
            labels = await connection.fetch(LABELS)
            cells = await connection.fetch(f"select {CELL} from peer.{TABLES[question]}")  # noqa: S608 - constants
            axes = {
                key: {"headers": [{"label": {"th": row[2]}} for row in labels if row[0] == key[0]]}
                for key in ("rows", "columns")
            }
            return orjson.dumps(
                {"data": {"matrix": {**axes, "cells": [dict(row) for row in cells]}}}
            )
        projects = await connection.fetch(PROJECTS)
        ids = [row["id"] for row in projects]
        parts = {part: {key: [] for key in ids} for part in PARTS}
        for part, statement in PARTS.items():
            for row in await connection.fetch(statement, ids):
                parts[part][row[0]].append(row)
    nodes = [
        {
            "code": row["code"],
            "name": {"th": row["name_th"]},
            "owner": name(row["owner"]),
            "areas": [
                {"area": {"code": one[1], "name": {"th": one[2]}}}
                for one in parts["areas"][row["id"]]
            ],
            "linkages": {
                "nodes": [
                    {"status": one[1], "issue": name(one[2]), "stage": name(one[3])}
                    for one in parts["linkages"][row["id"]]
                ]
            },
            "budgets": [
                {"fiscalYear": {"be": one[1]}, "phase": one[2], "amount": {"amount": one[3]}}
                for one in parts["budgets"][row["id"]]
            ],
        }
        for row in projects
    ]
    return orjson.dumps({"data": {"projects": {"nodes": nodes}}})


async def answer_from_json(pool: asyncpg.Pool, question: str) -> bytes:
    """Return the answer that PostgreSQL writes."""
    statement = f"select answer from peer.{JSON_VIEWS[question]}"  # noqa: S608 - constants
    found: str = await pool.fetchval(statement)
    return found.encode()


def build_app(kind: str, folder: str) -> Callable[..., Awaitable[None]]:
    """Return the ASGI application."""
    answers: dict[str, Answer] = {"rows": answer_from_rows, "json_agg": answer_from_json}
    state: dict[str, Any] = {"static": {}}

    async def _answer(question: str) -> bytes:
        if question == "typename":
            return TYPENAME
        if "pool" not in state:
            state["pool"] = await asyncpg.create_pool(
                user="hub", database="hub", host=folder, port=5432, min_size=1, max_size=10
            )
        if kind != "static":
            return await answers[kind](state["pool"], question)
        if question not in state["static"]:
            state["static"][question] = await answer_from_json(state["pool"], question)
        found: bytes = state["static"][question]
        return found

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body = (await receive())["body"]
        answer = await _answer(json.loads(body)["query"])
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(answer)).encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    return app


if __name__ == "__main__":
    uvicorn.run(
        build_app(sys.argv[1], sys.argv[2]),
        port=int(sys.argv[3]),
        log_level="warning",
        access_log=False,
        lifespan="off",
    )
