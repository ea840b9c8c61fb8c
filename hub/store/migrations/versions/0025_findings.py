"""Findings that are kept up to date: status, reasons, areas, years, parties, and what to refresh.

`finding_change` has the projects whose findings may have changed: the notes of the rollup when
compaction removes them, so that writers do no more work than before. All projects are noted once.
The rollup counts a project from the facts if an OVERLAP finding is about it, and no longer for
findings of other kinds, which most projects have.
"""

from alembic import op

from hub.store.migrations.steps import execute_sql_file

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

COLUMNS = """
alter table {schema}.finding
    add column version integer not null default 1,
    add column status text not null default 'OPEN',
    add column reasons jsonb not null default '[]',
    add column subjects text[] not null default '{{}}',
    add column areas text[] not null default '{{}}',
    add column fiscal_years smallint[] not null default '{{}}',
    add column parties text[] not null default '{{}}',
    add column issue_id text,
    add column cause text not null default '',
    add column dismissed_by text,
    add column dismissed_at timestamptz,
    add column dismissal_reason text,
    add column dismissed_cause text,
    add column created_at timestamptz not null default transaction_timestamp()
"""
EVENTS = {
    "insert": ("new_rows",),
    "update": ("old_rows", "new_rows"),
    "delete": ("old_rows",),
}
NOTE_OVERLAPS = """
create or replace function rollup_note_finding_subject_{event}() returns trigger
language plpgsql as $$
begin
    insert into rollup_change (project_key, transaction)
    select distinct record_id_of(touched.project_id), pg_current_xact_id()::text::bigint
    from ({rows}) touched join finding f on f.id = touched.finding_id and f.kind = 'OVERLAP'
    on conflict do nothing;
    return null;
end
$$
"""
LIVE_IF_OVERLAP = """
do $do$
declare
    before text := pg_get_functiondef('rollup_contributions(bigint[])'::regprocedure);
    after text := replace(
        before,
        'exists (select from finding_subject f where f.project_id = p.id)',
        'exists (select from finding_subject f join finding o on o.id = f.finding_id '
        'where f.project_id = p.id and o.kind = ''OVERLAP'')'
    );
begin
    if after = before then
        raise exception 'rollup_contributions has another condition on findings';
    end if;
    execute after;
end
$do$
"""


def upgrade() -> None:
    """From what came before."""
    op.execute("alter table finding disable trigger keep_history")
    for schema in ("public", "history"):
        op.execute(COLUMNS.format(schema=schema))
        op.execute(f"update {schema}.finding set status = 'DISMISSED' where dismissed")
        op.execute(f"alter table {schema}.finding drop column dismissed")
    op.execute("alter table finding enable trigger keep_history")
    execute_sql_file(__file__)
    for event, row_sets in EVENTS.items():
        rows = " union all ".join(f"select * from {row_set}" for row_set in row_sets)
        op.execute(NOTE_OVERLAPS.format(event=event, rows=rows).replace(":", "\\:"))
    op.execute(LIVE_IF_OVERLAP.replace(":", "\\:"))
