"""The feed of changes reports findings, and runs of sources that end.

A finding is visible to whom all its projects, its issue and its plan version are visible. An entry names the agency
that can see a hidden finding only if all that hides it is of one agency.
"""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

QUEUE = """
    insert into change_queue (transaction, at, topic, subject_id, version, area_ids, agency_ids, public)
    select pg_current_xact_id()::text::bigint, transaction_timestamp(), 'FINDING', found.id,
        max(found.version), array_remove(array_agg(distinct area.id), null),
        array_remove(array_agg(distinct found.agency_id), null), bool_or(found.public)
    from ({rows}) found left join lateral unnest(found.areas) area (id) on true
    group by found.id
    order by found.id
"""
FINDINGS = """
    select f.id, f.version, f.areas,
        hidden.finding_id is null and cardinality(f.subjects) > 0 as public,
        case when hidden.agencies = 1 and hidden.owned = hidden.count then hidden.agency_id end
            as agency_id
    from ({findings}) f left join (
        select hiding.finding_id, count(*) as count, count(hiding.owner_id) as owned,
            count(distinct hiding.owner_id) as agencies, min(hiding.owner_id) as agency_id
        from (
            select subject.finding_id, p.owner_id from (
                select about.id as finding_id, substr(named.gid, 19) as project_id
                from ({findings}) about cross join lateral unnest(about.subjects) named (gid)
                where named.gid like 'gid://hub/Project/%'
                union
                select s.finding_id, s.project_id from finding_subject s
                where s.finding_id in (select about.id from ({findings}) about)
            ) subject
            left join ({projects}) p on p.id = subject.project_id
            where p.visibility is distinct from 'PUBLISHED'
            union all
            select about.id, coalesce(pl.agency_id, (
                select min(a.id) from agency a where a.area_id = pl.area_id
            ))
            from ({findings}) about join issue i on i.id = about.issue_id
            join plan pl on pl.id = i.plan_id
            where not exists (
                select from issue_revision r join ({versions}) v on v.id = r.version_id
                where r.issue_id = i.id and v.visibility = 'PUBLISHED'
            )
            union all
            select about.id, coalesce(pl.agency_id, (
                select min(a.id) from agency a where a.area_id = pl.area_id
            ))
            from ({findings}) about join ({versions}) v on v.id = about.version_id
            join plan_version pv on pv.id = v.id join plan pl on pl.id = pv.plan_id
            where v.visibility <> 'PUBLISHED'
        ) hiding
        group by hiding.finding_id
    ) hidden on hidden.finding_id = f.id
    where f.kind <> 'DOUBLE_COUNT'
"""
"""Findings with who can see them, as projects and versions of plans are. Copies, which are computed
when they are read, have no entries. A new finding names its projects (`gid://hub/Project/` has 18
characters) before `finding_subject` has them; one that names nothing is not public.
"""
NOW = {"projects": "table project", "versions": "table plan_version"}
AFTER_INSERT = FINDINGS.format(findings="table new_rows", **NOW)
AFTER_UPDATE = f"{FINDINGS.format(findings='table old_rows', **NOW)} union all {AFTER_INSERT}"
FUNCTION = """
create function change_note_finding_{event}() returns trigger language plpgsql as $$
declare
    noted integer;
begin
    execute $change$ {statement} $change$;
    get diagnostics noted = row_count;
    if noted > 0 then
        perform pg_notify('change', '');
    end if;
    return null;
end
$$
"""
"""Only EXECUTE plans for the number of rows that the transition tables have now."""
TRANSITION = {
    "insert": "new table as new_rows",
    "update": "old table as old_rows new table as new_rows",
}

HIDDEN_PROJECTS = """
    select id from (select * from old_rows union all select * from new_rows) state
    group by id having count(distinct visibility) > 1
"""
OF_PROJECTS = f"""
    select f.* from finding f where f.id in (
        select s.finding_id from finding_subject s where s.project_id in ({HIDDEN_PROJECTS})
    )
"""
BEFORE_PROJECTS = """
    select p.id, p.owner_id, p.visibility from project p
    where p.id not in (select id from old_rows)
    union all select id, owner_id, visibility from old_rows
"""
"""Projects as they were before the statement: those that it did not change, and `old_rows`."""
HIDDEN_PLANS = """
    select n.plan_id from new_rows n join old_rows o on o.id = n.id
    where n.visibility <> o.visibility
"""
OF_PLANS = f"""
    select f.* from finding f join issue i on i.id = f.issue_id
    where i.plan_id in ({HIDDEN_PLANS})
"""
BEFORE_VERSIONS = """
    select v.id, v.visibility from plan_version v where v.id not in (select id from old_rows)
    union all select id, visibility from old_rows
"""
EDIT = """
do $do$
declare
    before text := pg_get_functiondef('{function}()'::regprocedure);
    after text := replace(before, '{place}', $place${statement}$place$ || '{place}');
begin
    if after = before then
        raise exception '{function} has another body';
    end if;
    execute after;
end
$do$
"""
EXECUTED = """execute $change$ {statement} $change$;
        get diagnostics noted = row_count;
        total = total + noted;
        """
IF_EXISTS = """if exists ({condition}) then
        execute $change$ {statement} $change$;
        get diagnostics noted = row_count;
        total = total + noted;
    end if;
    """

SOURCE_RUNS = """
create function change_note_source_run_update() returns trigger language plpgsql as $$
begin
    insert into change_queue (transaction, at, topic, subject_id, version, area_ids, agency_ids, public)
    select pg_current_xact_id()::text::bigint, transaction_timestamp(), 'SOURCE_RUN', n.id::text,
        null, '{}', '{}', false
    from new_rows n join old_rows o on o.id = n.id
    where o.status = 'RUNNING' and n.status <> 'RUNNING'
    order by n.id;
    if found then
        perform pg_notify('change', '');
    end if;
    return null;
end
$$
"""
"""A run is never public: it is visible to those who operate its source."""


def both_states(findings: str, **before: str) -> str:
    """Return the findings with who can see them now, and who could before the statement."""
    now = FINDINGS.format(findings=findings, **NOW)
    earlier = FINDINGS.format(findings=findings, **{**NOW, **before})
    return QUEUE.format(rows=f"{now} union all {earlier}")


def execute(sql: str) -> None:
    """Execute a statement, whose colons are no parameters."""
    op.execute(sql.replace(":", "\\:"))


def upgrade() -> None:
    """From what came before."""
    for event, rows in (("insert", AFTER_INSERT), ("update", AFTER_UPDATE)):
        execute(FUNCTION.format(event=event, statement=QUEUE.format(rows=rows)))
    execute(SOURCE_RUNS)
    for table, event in (("finding", "insert"), ("finding", "update"), ("source_run", "update")):
        op.execute(
            f"create trigger change_note_{event} after {event} on public.{table} "
            f"referencing {TRANSITION[event]} "
            f"for each statement execute function change_note_{table}_{event}()"
        )
    of_projects = both_states(OF_PROJECTS, projects=BEFORE_PROJECTS)
    execute(
        EDIT.format(
            function="change_note_project_update",
            place="execute $change$",
            statement=EXECUTED.format(statement=of_projects),
        )
    )
    of_plans = both_states(OF_PLANS, versions=BEFORE_VERSIONS)
    execute(
        EDIT.format(
            function="change_note_plan_version_update",
            place="if total > 0 then",
            statement=IF_EXISTS.format(condition=HIDDEN_PLANS, statement=of_plans),
        )
    )
