"""Statements about review questions: all waiting rows, grouped by the ruling that settles them."""

import json
from collections.abc import Sequence
from typing import Any, Final

import asyncpg

from hub.domain.budget import BudgetPhase
from hub.domain.paging import Connection, PageRequest
from hub.domain.sources.quarantine import (
    MAX_LISTED_ROWS,
    REASONS_BY_BLOCK,
    QuarantinedRow,
    ReviewQuestion,
)
from hub.domain.sources.records import NameKind, QuarantineReason
from hub.store.ingest.quarantine import deserialize_doubt, quarantined_row_of
from hub.store.paging import build_connections
from hub.store.read_transaction import ReadTransaction

PHASES: Final = tuple(phase.value for phase in BudgetPhase)
PHASE_SUMS: Final = ", ".join(
    f"coalesce(sum((amounts ->> '{phase}')::bigint), 0)::bigint" for phase in PHASES
)
BY_BLOCK: Final = ", ".join(f"'{reason.value}'" for reason in REASONS_BY_BLOCK)
# `doubt` has each doubt of a waiting row, `per_row` one line per row and question, so that a row
# with one name in two fields counts once; `question` the groups. Amounts of phases are never added:
# a question ranks by its largest phase. 15,000 rows take about 0.2 s (bench/rulings.py).
SELECT_QUESTIONS: Final = f"""
with doubt as (
    select waiting.id, waiting.source_id, waiting.amounts, found ->> 'reason' as reason,
        found ->> 'kind' as kind,
        case when found ->> 'kind' is null then found ->> 'field' else '' end as field,
        found ->> 'written' as written,
        case when found ->> 'reason' in ({BY_BLOCK}) then waiting.block end as block,
        (found -> 'years' ->> 0)::int as first_year, (found -> 'years' ->> 1)::int as last_year
    from quarantine waiting cross join lateral jsonb_array_elements(waiting.doubts) found
    where waiting.status = 'WAITING' and ($1::text[] is null or waiting.source_id = any($1))
), per_row as (
    select id, source_id, reason, kind, field, written, block, amounts,
        min(first_year) as first_year, max(last_year) as last_year
    from doubt group by 1, 2, 3, 4, 5, 6, 7, 8
), question as (
    select source_id, reason, kind, field, written, block, count(*)::int as row_count,
        min(first_year) as first_year, max(last_year) as last_year,
        (array_agg(id order by id))[1:{MAX_LISTED_ROWS}] as rows, array[{PHASE_SUMS}] as amounts
    from per_row group by 1, 2, 3, 4, 5, 6
), keyed as (
    select *, left(encode(sha256(convert_to(concat_ws(e'\\x1f', reason, coalesce(kind, ''), field,
            written, coalesce(block, '')), 'UTF8')), 'hex'), 16) as key,
        -(select max(amount) from unnest(amounts) amount) as rank
    from question
), numbered as (
    select *, count(*) over (partition by source_id) as total,
        row_number() over (partition by source_id order by rank, key) as place
    from keyed
), paged as (
    select *, row_number() over (partition by source_id order by rank, key) as page_place
    from numbered
    where ($2::text[] is null or key = any($2)) and ($3::bigint is null or (rank, key) > ($3, $4))
)
select paged.*, source_id as list_key, first.doubts
from paged join lateral (
    select doubts from quarantine where quarantine.id = paged.rows[1]
) first on true
where $5::int is null or page_place <= $5
order by source_id, rank, key
"""  # noqa: S608 - built from constants
SELECT_ROWS_OF_QUESTIONS: Final = """
select asked.key as list_key, found.*
from unnest($1::text[], $2::text[], $3::jsonb[], $4::text[])
    as asked (key, source_id, doubt, block)
cross join lateral (
    select * from (
        select waiting.*, count(*) over () as total from quarantine waiting
        where waiting.status = 'WAITING' and waiting.source_id = asked.source_id
            and waiting.doubts @> asked.doubt
            and (asked.block is null or waiting.block = asked.block)
    ) counted
    where $5::bigint is null or counted.id > $5
    order by counted.id limit $6
) found
order by asked.key, found.id
"""
SELECT_KINDS_OF_NAME: Final = """
select doubt ->> 'kind' as kind
from quarantine waiting cross join lateral jsonb_array_elements(waiting.doubts) doubt
where waiting.status = 'WAITING' and waiting.source_id = $1 and waiting.doubts @> $2::jsonb
    and doubt ->> 'written' = $3 and doubt ->> 'kind' is not null
union
select name_kind from ruling where source_id = $1 and name = $3 and ended_at is null
order by kind
"""
SELECT_ROW_IDS: Final = """
select id from quarantine
where status = 'WAITING' and source_id = $1 and doubts @> $2::jsonb
    and ($3::text is null or block = $3)
order by id
"""


async def list_kinds_of_name(
    connection: asyncpg.Connection, source_id: str, written: str
) -> list[NameKind]:
    """Return the kinds of a name in waiting rows and in rulings in force, in alphabetical order."""
    pattern = json.dumps([{"written": written}])
    rows = await connection.fetch(SELECT_KINDS_OF_NAME, source_id, pattern, written)
    return [NameKind(row["kind"]) for row in rows]


async def list_questions(
    connection: asyncpg.Connection | ReadTransaction,
    source_ids: Sequence[str] | None,
    *,
    keys: Sequence[str] | None = None,
    limit: int | None = None,
) -> list[ReviewQuestion]:
    """Return the questions of sources (null: of all), each with the most money first."""
    parameters = (None if source_ids is None else list(source_ids), keys and list(keys))
    rows = await connection.fetch(SELECT_QUESTIONS, *parameters, None, None, limit)
    return [question_of(row) for row in rows]


async def list_question_pages(
    connection: ReadTransaction, source_ids: Sequence[str], page: PageRequest
) -> dict[str, Connection[ReviewQuestion]]:
    """Return the same page of the questions of each source, the most money first."""
    rank, key = page.after or (None, None)
    rows = await connection.fetch(
        SELECT_QUESTIONS, list(source_ids), None, rank, key, page.first + 1
    )
    return build_connections(
        source_ids, rows, page, question_of, lambda one: (-one.largest_amount, one.key)
    )


async def list_row_pages(
    connection: ReadTransaction, questions: Sequence[ReviewQuestion], page: PageRequest
) -> list[Connection[QuarantinedRow]]:
    """Return the same page of the waiting rows of each question, in order of arrival."""
    after = page.after[0] if page.after else None
    keys = [f"{one.source_id} {one.key}" for one in questions]
    rows = await connection.fetch(
        SELECT_ROWS_OF_QUESTIONS,
        keys,
        [one.source_id for one in questions],
        [json.dumps([question_pattern(one)]) for one in questions],
        [one.block for one in questions],
        after,
        page.first + 1,
    )
    pages = build_connections(keys, rows, page, quarantined_row_of, lambda row: (row.id,))
    return [pages[key] for key in keys]


async def list_row_ids(connection: asyncpg.Connection, question: ReviewQuestion) -> tuple[int, ...]:
    """Return the ids of all waiting rows of a question."""
    pattern = json.dumps([question_pattern(question)])
    rows = await connection.fetch(SELECT_ROW_IDS, question.source_id, pattern, question.block)
    return tuple(row["id"] for row in rows)


def question_pattern(question: ReviewQuestion) -> dict[str, Any]:
    """Return what a doubt of the question contains."""
    pattern: dict[str, Any] = {
        "reason": question.reason.value,
        "kind": question.kind and question.kind.value,
        "written": question.written,
    }
    return pattern if question.kind else {**pattern, "field": question.field}


def question_of(row: asyncpg.Record) -> ReviewQuestion:
    """Return the question of a row of `SELECT_QUESTIONS`; its text is that of its first row."""
    doubt = next(
        one
        for one in map(deserialize_doubt, json.loads(row["doubts"]))
        if one.reason.value == row["reason"]
        and one.written == row["written"]
        and (one.kind and one.kind.value) == row["kind"]
        and (one.kind or one.field == row["field"])
    )
    years = None if row["first_year"] is None else (row["first_year"], row["last_year"])
    return ReviewQuestion(
        row["source_id"],
        QuarantineReason(row["reason"]),
        NameKind(row["kind"]) if row["kind"] else None,
        # The column of a name matters to people, but a ruling on the name covers all of them.
        doubt.field,
        row["written"],
        row["block"],
        years,
        doubt.proposals,
        doubt.th,
        doubt.en,
        row["rows"],
        row["row_count"],
        {phase: n for phase, n in zip(PHASES, row["amounts"], strict=True) if n},
    )
