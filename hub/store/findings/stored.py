"""Write findings as they follow from the facts: insert, update, open again, close."""

from collections.abc import Collection, Sequence
from typing import Any, Final

import asyncpg
import orjson

from hub.domain.findings import FindingKind, FindingRow
from hub.domain.linkages import Reason

UPSERT: Final = """
-- A finding that a person dismissed stays dismissed while its cause is the dismissed one; a settled
-- one stays settled while its cause is unchanged. Unchanged rows are not written.
insert into finding as f (id, kind, severity, summary_th, summary_en, summary_th_origin,
    summary_en_origin, rule_code, reasons, subjects, areas, fiscal_years, parties, issue_id,
    version_id, cause)
select n.id, n.kind, n.severity, n.summary_th, n.summary_en, 'HUMAN', 'HUMAN', n.rule_code,
    n.reasons, n.subjects, n.areas, n.fiscal_years, n.parties, n.issue_id,
    n.version_id, n.cause
from jsonb_to_recordset($1::jsonb) as n (id text, kind text, severity smallint, summary_th text,
    summary_en text, rule_code text, reasons jsonb, subjects text[], areas text[],
    fiscal_years smallint[], parties text[], issue_id text, version_id text,
    cause text)
order by n.id
on conflict (id) do update set
    version = f.version + 1, severity = excluded.severity, summary_th = excluded.summary_th,
    summary_en = excluded.summary_en, rule_code = excluded.rule_code, reasons = excluded.reasons,
    subjects = excluded.subjects, areas = excluded.areas, fiscal_years = excluded.fiscal_years,
    parties = excluded.parties, issue_id = excluded.issue_id, version_id = excluded.version_id,
    cause = excluded.cause,
    status = case
        when f.dismissed_cause = excluded.cause then 'DISMISSED'
        when f.status = 'SETTLED' and f.cause = excluded.cause then 'SETTLED'
        else 'OPEN'
    end
where (f.severity, f.summary_th, f.reasons, f.subjects, f.areas, f.fiscal_years, f.parties,
    f.version_id, f.cause)
    is distinct from (excluded.severity, excluded.summary_th, excluded.reasons, excluded.subjects,
        excluded.areas, excluded.fiscal_years, excluded.parties, excluded.version_id,
        excluded.cause)
    or f.status = 'CLOSED'
"""
INSERT_SUBJECTS: Final = """
insert into finding_subject (finding_id, project_id)
select n.finding_id, n.project_id
from unnest($1::text[], $2::text[]) as n (finding_id, project_id)
join project p on p.id = n.project_id
on conflict do nothing
"""
CLOSE_OF_PROJECTS: Final = """
update finding f set status = 'CLOSED', version = f.version + 1
where f.kind = any($1::text[]) and f.status <> 'CLOSED' and f.cause <> ''
    and not f.id = any($3::text[])
    and f.id in (select finding_id from finding_subject where project_id = any($2::text[]))
"""
CLOSE_OF_PLANS: Final = """
update finding f set status = 'CLOSED', version = f.version + 1
where f.kind = $1 and f.status <> 'CLOSED' and not f.id = any($3::text[])
    and f.version_id in (select id from plan_version where plan_id = any($2::text[]))
"""
CLOSE_OTHERS: Final = """
update finding f set status = 'CLOSED', version = f.version + 1
where f.kind = $1 and f.status <> 'CLOSED' and f.cause <> '' and not f.id = any($2::text[])
    and not exists (select from finding_subject s where s.finding_id = f.id)
"""


async def write_findings(connection: asyncpg.Connection, found: Sequence[FindingRow]) -> None:
    """Insert findings and update those that differ."""
    if not found:
        return
    await connection.execute(UPSERT, orjson.dumps([dump_finding(one) for one in found]).decode())
    pairs = [(one.id, project) for one in found for project in one.projects]
    await connection.execute(
        INSERT_SUBJECTS, [key for key, _ in pairs], [project for _, project in pairs]
    )


async def close_findings_of_projects(
    connection: asyncpg.Connection,
    kinds: Sequence[FindingKind],
    projects: Sequence[str],
    found: Collection[str],
) -> None:
    """Close the findings of these kinds about projects whose cause is gone: those not `found`."""
    await connection.execute(
        CLOSE_OF_PROJECTS, [kind.value for kind in kinds], list(projects), list(found)
    )


async def close_findings_of_plans(
    connection: asyncpg.Connection,
    kind: FindingKind,
    plan_ids: Sequence[str],
    found: Collection[str],
) -> None:
    """Close the findings of a kind about versions of plans that are not `found`."""
    await connection.execute(CLOSE_OF_PLANS, kind.value, list(plan_ids), list(found))


async def close_other_findings(
    connection: asyncpg.Connection, kind: FindingKind, found: Collection[str]
) -> None:
    """Close the findings of a kind that are about no project and are not `found`."""
    await connection.execute(CLOSE_OTHERS, kind.value, list(found))


def dump_finding(one: FindingRow) -> dict[str, Any]:
    """Return the columns of a finding."""
    return {
        "id": one.id,
        "kind": one.kind.value,
        "severity": one.severity,
        "summary_th": one.summary.th,
        "summary_en": one.summary.en,
        "rule_code": one.rule_code,
        "reasons": [dump_reason(reason) for reason in one.reasons],
        "subjects": list(one.subjects),
        "areas": list(one.areas),
        "fiscal_years": list(one.years),
        "parties": list(one.parties),
        "issue_id": one.issue_id,
        "version_id": one.version_id,
        "cause": one.cause,
    }


def dump_reason(reason: Reason) -> dict[str, str | None]:
    """Return a reason as JSON."""
    return {
        "code": reason.code,
        "th": reason.text.th,
        "en": reason.text.en,
        "th_origin": "HUMAN",
        "en_origin": "HUMAN",
        "weight": str(reason.weight),
    }
