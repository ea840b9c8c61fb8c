"""The rollup: what each project contributes to figures, and the sums of the contributions.

Statement-level triggers note the projects that any writer touched; `rollup_compact` replaces their
contributions (hub/store/rollup.py). A reader takes noted projects from the tables instead.
"""

from pathlib import Path

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

PROJECTS_BY_TABLE = {
    "project": "select id as project_id, duplicate_of from {rows}",
    "budget_line": "select project_id, null::text as duplicate_of from {rows}",
    "project_area": "select project_id, null::text as duplicate_of from {rows}",
    "project_implementer": "select project_id, null::text as duplicate_of from {rows}",
    "linkage": "select project_id, null::text as duplicate_of from {rows}",
    "finding_subject": "select project_id, null::text as duplicate_of from {rows}",
}
"""The projects whose figures change with a table's rows: a report changes what it repeats, too."""

NOTE_CHANGE = """
create function rollup_note_{table}_{event}() returns trigger language plpgsql as $$
begin
    insert into rollup_change (project_id, transaction)
    select distinct named.id, pg_current_xact_id()::text::bigint
    from ({rows}) touched
    cross join lateral (values (touched.project_id), (touched.duplicate_of)) named (id)
    where named.id is not null
    on conflict do nothing;
    return null;
end
$$
"""
EVENTS = {
    "insert": ("new table as new_rows", ("new_rows",)),
    "update": ("old table as old_rows new table as new_rows", ("old_rows", "new_rows")),
    "delete": ("old table as old_rows", ("old_rows",)),
}


def upgrade() -> None:
    """From what came before."""
    folder = Path(__file__).parent
    for name in ("0012_rollup.sql", "0012_rollup_compact.sql"):
        for statement in (folder / name).read_text("utf-8").split("\n\n"):
            op.execute(statement.replace(":", "\\:"))
    for table, selected in PROJECTS_BY_TABLE.items():
        for event, (transition, row_sets) in EVENTS.items():
            rows = " union all ".join(selected.format(rows=row_set) for row_set in row_sets)
            function = NOTE_CHANGE.format(table=table, event=event, rows=rows)
            op.execute(function.replace(":", "\\:"))
            op.execute(
                f"create trigger rollup_note_{event} after {event} on public.{table} "
                f"referencing {transition} "
                f"for each statement execute function rollup_note_{table}_{event}()"
            )
