"""The version of the data: statement-level triggers note each transaction that changes what answers contain.

A note becomes visible with the changes of its transaction, so a snapshot has as many notes as changes. Notes are
inserted and never updated: writers do not wait for each other.

Triggers fire in the order of their names: this one before those that assign a transaction id themselves.
"""

from alembic import op

from hub.store.migrations.steps import execute_sql_file

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

TABLES = (
    "agency", "agency_placement", "alias", "area", "area_edition", "area_membership", "area_succession",
    "budget_line", "chain_phase", "client", "data_sharing", "expected_role", "external_id", "finding",
    "finding_subject", "history_entry", "issue", "issue_count", "issue_revision", "issuer", "linkage",
    "linkage_key", "operations_centre", "plan", "plan_alignment", "plan_element", "plan_grade",
    "plan_grade_count", "plan_item", "plan_section", "plan_target", "plan_version", "planning_event", "project",
    "project_area", "project_implementer", "provenance", "quarantine", "raw_dictionary", "raw_record",
    "record_join", "record_ruling", "registration", "rule", "ruling", "run_record", "same_as", "same_as_member",
    "schedule", "source", "source_event", "source_record", "source_run", "source_scope", "stage",
    "stage_mapping", "stand_in", "suggestion_dismissal", "value_chain", "value_chain_mapping", "work_request",
    "work_request_answer",
)


def upgrade() -> None:
    """Add the notes and the triggers."""
    execute_sql_file(__file__)
    for table in TABLES:
        op.execute(
            f"create trigger bump_data_version after insert or update or delete on public.{table} "
            "for each statement execute function note_data_change()"
        )
