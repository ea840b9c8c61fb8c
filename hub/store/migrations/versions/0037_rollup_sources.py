"""The rollup has the sources of projects, whether they are linked, and the year of their money.

Figures of unlinked projects and the sources of a matrix are then read from it, and money of a year
without reading that of other years. Changes of provenance note their projects. Indexes by the time
of a change find what has changed since an instant, so that the rollup answers for the rest.

The rollup is computed anew: all projects are noted, and the hub compacts them after its start. Until
then figures are counted from the facts.
"""

from pathlib import Path

from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

NOTE_CHANGE = """
create function rollup_note_provenance_{event}() returns trigger language plpgsql as $$
begin
    insert into rollup_change (project_key, transaction)
    select distinct record_id_of(about.project_id), pg_current_xact_id()::text::bigint
    from ({rows}) touched cross join lateral (
        select substr(touched.subject, 19) where touched.subject like 'gid://hub/Project/%'
        union all
        select k.project_id from linkage k
        where touched.subject like 'gid://hub/Linkage/%' and k.id = substr(touched.subject, 19)
        union all
        select l.project_id from budget_line l
        where touched.subject like 'gid://hub/BudgetLine/%'
            and hashtextextended(l.id, 0) = hashtextextended(substr(touched.subject, 22), 0)
            and l.id = substr(touched.subject, 22)
    ) about (project_id)
    on conflict do nothing;
    return null;
end
$$
"""
"""`gid://hub/Project/` and `gid://hub/Linkage/` have 18 characters, `gid://hub/BudgetLine/` 21."""
OLD = "select subject, ordinal, source_id from old_rows"
NEW = "select subject, ordinal, source_id from new_rows"
EVENTS = {
    "insert": ("new table as new_rows", NEW),
    "update": (
        "old table as old_rows new table as new_rows",
        f"({OLD} except {NEW}) union all ({NEW} except {OLD})",
    ),
    "delete": ("old table as old_rows", OLD),
}
DATED = (
    "project",
    "budget_line",
    "project_area",
    "project_implementer",
    "linkage",
    "finding_subject",
    "provenance",
)
"""The tables on which a project's contribution depends."""
HISTORY_OF_PROJECTS = {"project": "key", "budget_line": "project_id", "linkage": "project_id"}
"""The columns by which the earlier rows of a project are found; others have it in their key."""


def upgrade() -> None:
    """From a rollup without sources."""
    folder = Path(__file__).parent
    for name in ("0037_rollup.sql", "0037_rollup_compact.sql"):
        for statement in (folder / name).read_text("utf-8").split("\n\n"):
            op.execute(statement.replace(":", "\\:"))
    for event, (transition, rows) in EVENTS.items():
        op.execute(NOTE_CHANGE.format(event=event, rows=rows).replace(":", "\\:"))
        op.execute(
            f"create trigger rollup_note_{event} after {event} on public.provenance "
            f"referencing {transition} "
            f"for each statement execute function rollup_note_provenance_{event}()"
        )
    for table, column in HISTORY_OF_PROJECTS.items():
        op.execute(f"create index ix_{table}_{column}_history on history.{table} ({column})")
    for table in DATED:
        op.execute(
            f"create index ix_{table}_known_from on public.{table} "
            "using brin (known_from) with (pages_per_range = 32, autosummarize = on)"
        )
        op.execute(
            f"create index ix_{table}_known_to on history.{table} "
            "using brin (known_to) with (pages_per_range = 32, autosummarize = on)"
        )
