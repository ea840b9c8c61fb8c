"""Write the findings about declared linkages that differ from what people decided.

A finding exists as long as the two differ; each change of one of them writes it in its own
transaction.
"""

import json
from collections.abc import Sequence
from typing import Final

import asyncpg

from hub.domain.conflict_findings import DeclaredState, split_by_difference
from hub.domain.findings import FindingKind

SEVERITY: Final = 3
UPSERT_FINDINGS: Final = """
insert into finding as existing (id, kind, severity, summary_th, summary_en)
select id, $2, $3, th, en from jsonb_to_recordset($1::jsonb) new (id text, th text, en text)
order by id
on conflict (id) do update set summary_th = excluded.summary_th, summary_en = excluded.summary_en
where (existing.summary_th, existing.summary_en)
    is distinct from (excluded.summary_th, excluded.summary_en)
"""
INSERT_SUBJECTS: Final = """
insert into finding_subject (finding_id, project_id)
select id, project_id from jsonb_to_recordset($1::jsonb) new (id text, project_id text)
order by id on conflict do nothing
"""
# A request for work may name the finding that it answers; then the finding stays.
DELETE_SUBJECTS: Final = """
delete from finding_subject subject where finding_id = any($1::text[])
    and not exists (select from work_request where work_request.finding_id = subject.finding_id)
"""
DELETE_FINDINGS: Final = """
delete from finding where id = any($1::text[])
    and not exists (select from work_request where work_request.finding_id = finding.id)
"""


async def update_conflict_findings(
    connection: asyncpg.Connection, states: Sequence[DeclaredState]
) -> None:
    """Write the finding of each linkage that differs, and delete that of the others."""
    different, same = split_by_difference(states)
    if different:
        rows = json.dumps(
            [
                {
                    "id": one.finding_id,
                    "project_id": one.project_id,
                    "th": one.summary.th,
                    "en": one.summary.en,
                }
                for one in different
            ],
            ensure_ascii=False,
        )
        kind = FindingKind.CONFLICTING_SOURCES.value
        await connection.execute(UPSERT_FINDINGS, rows, kind, SEVERITY)
        await connection.execute(INSERT_SUBJECTS, rows)
    if same:
        await delete_conflict_findings(connection, [one.finding_id for one in same])


async def delete_conflict_findings(
    connection: asyncpg.Connection, finding_ids: Sequence[str]
) -> None:
    """Delete findings whose cause is gone; ids without a finding are ignored."""
    await connection.execute(DELETE_SUBJECTS, list(finding_ids))
    await connection.execute(DELETE_FINDINGS, list(finding_ids))
