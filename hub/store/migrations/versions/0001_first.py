"""The first tables; and for every table with `known_from`, its past in the schema `history`.

The twin of a table keeps each earlier row with the instant it ceased to be what the hub knows. One
trigger function writes it, so no writer can forget to, and none can overwrite what was relied on.
"""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

DATED = {
    "agency": "id",
    "agency_placement": "id",
    "area": "id",
    "area_membership": "id",
    "budget_line": "id",
    "expected_role": "id",
    "external_id": "scheme, value, subject",
    "finding": "id",
    "finding_subject": "finding_id, project_id",
    "issue": "id",
    "issue_revision": "issue_id, version_id",
    "linkage": "id",
    "operations_centre": "id",
    "plan": "id",
    "plan_version": "id",
    "planning_event": "id",
    "project": "id",
    "project_area": "project_id, area_id",
    "project_implementer": "project_id, ordinal",
    "provenance": "subject, ordinal",
    "rule": "code",
    "source": "id",
    "source_record": "id",
    "stage": "id",
    "value_chain": "id",
}
"""Tables whose past is kept, and their primary keys."""

KEEP_HISTORY = """
create function keep_history() returns trigger language plpgsql as $$
declare
    moment timestamptz := transaction_timestamp();
begin
    if tg_op = 'UPDATE' then
        new.known_from := old.known_from;
        -- An update that changes nothing is no change in what is known.
        if new is not distinct from old then
            return new;
        end if;
    end if;
    -- What this same transaction wrote, nobody else has seen: it has no past.
    if old.known_from <> moment then
        -- A transaction that began before the row's last change ends after it all the same.
        moment := greatest(moment, old.known_from + interval '1 microsecond');
        execute format(
            'insert into history.%1$I select (jsonb_populate_record(null::history.%1$I, $1)).*',
            tg_table_name
        ) using to_jsonb(old) || jsonb_build_object('known_to', moment);
    end if;
    if tg_op = 'DELETE' then
        return old;
    end if;
    new.known_from := moment;
    return new;
end
$$
"""

FORBID_TRUNCATE = """
create function forbid_truncate() returns trigger language plpgsql as $$
begin
    raise exception 'TRUNCATE of %.% would lose its history; use DELETE',
        tg_table_schema, tg_table_name;
end
$$
"""


def upgrade() -> None:
    """From an empty database."""
    for statement in Path(__file__).with_name("0001_tables.sql").read_text("utf-8").split("\n\n"):
        op.execute(statement.replace(":", "\\:"))
    op.execute("create schema history")
    op.execute(KEEP_HISTORY.replace(":", "\\:"))
    op.execute(FORBID_TRUNCATE)
    for table, key in DATED.items():
        op.execute(f"create table history.{table} (like public.{table})")
        op.execute(
            f"alter table history.{table} add column known_to timestamptz not null, "
            f"add primary key ({key}, known_from), "
            "add constraint known check (known_from < known_to)"
        )
        op.execute(
            f"create trigger keep_history before update or delete on public.{table} "
            "for each row execute function keep_history()"
        )
        for schema in ("public", "history"):
            op.execute(
                f"create trigger forbid_truncate before truncate on {schema}.{table} "
                "for each statement execute function forbid_truncate()"
            )
