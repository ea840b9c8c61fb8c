"""Keys of projects, and a rollup that refers to them.

A project's `key` is 64 bits of a digest of its id, as the ids of source records are: 8 bytes where
the id takes 44. The rollup has its entries and notes by key, and its attributes and places once.

The rollup is computed anew: all projects are noted, and the hub compacts them after its start.
Nothing else about a fact changes, so no history is written.
"""

from pathlib import Path

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

PROJECTS_BY_TABLE = {
    "project": "select key from {rows} union select record_id_of(duplicate_of) from {rows}",
    "budget_line": "select record_id_of(id) from (select distinct project_id as id from {rows}) p",
    "project_area": "select record_id_of(id) from (select distinct project_id as id from {rows}) p",
    "project_implementer": (
        "select record_id_of(id) from (select distinct project_id as id from {rows}) p"
    ),
    "linkage": "select record_id_of(id) from (select distinct project_id as id from {rows}) p",
    "finding_subject": (
        "select record_id_of(id) from (select distinct project_id as id from {rows}) p"
    ),
}
"""The keys of projects whose figures change with a table's rows: a report changes what it repeats,
too."""

NOTE_CHANGE = """
create or replace function rollup_note_{table}_{event}() returns trigger language plpgsql as $$
begin
    insert into rollup_change (project_key, transaction)
    select touched.key, pg_current_xact_id()::text::bigint
    from ({rows}) touched (key) where touched.key is not null
    on conflict do nothing;
    return null;
end
$$
"""
EVENTS = {
    "insert": ("new_rows",),
    "update": ("old_rows", "new_rows"),
    "delete": ("old_rows",),
}


def upgrade() -> None:
    """From text ids in the rollup."""
    folder = Path(__file__).parent
    for name in ("0021_keys.sql", "0021_rollup.sql", "0021_rollup_compact.sql"):
        for statement in (folder / name).read_text("utf-8").split("\n\n"):
            op.execute(statement.replace(":", "\\:"))
    for table, selected in PROJECTS_BY_TABLE.items():
        for event, row_sets in EVENTS.items():
            rows = " union ".join(selected.format(rows=row_set) for row_set in row_sets)
            function = NOTE_CHANGE.format(table=table, event=event, rows=rows)
            op.execute(function.replace(":", "\\:"))
