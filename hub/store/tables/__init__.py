"""The tables, one file per noun.

Every fact has two times. *Valid* time (`valid_from`, `valid_to`, half-open dates) is when it
applies in the country. *Known* time is when it was in the hub: the table itself has what is known
now, since `known_from`; the table of the same name in the schema `history` has each earlier row
with its `known_to`, written by a trigger, so that no writer can overwrite what a reader may have
relied on.
"""

from hub.store.tables.access_log import access_head, access_log
from hub.store.tables.agencies import agency, agency_placement, external_id
from hub.store.tables.agreed_facts import (
    agreed_fact,
    agreement,
    commitment,
    commitment_report,
)
from hub.store.tables.agreements import data_sharing
from hub.store.tables.areas import (
    area,
    area_edition,
    area_membership,
    area_succession,
    operations_centre,
)
from hub.store.tables.budget import budget_line
from hub.store.tables.changes import change, change_head, change_queue
from hub.store.tables.clients import (
    client,
    client_assertion,
    issuer,
    registration,
    signing_key,
)
from hub.store.tables.data_version import data_change, data_version
from hub.store.tables.findings import (
    finding,
    finding_change,
    finding_plan_change,
    finding_subject,
)
from hub.store.tables.history import history_entry
from hub.store.tables.imports import import_issue, import_job, upload
from hub.store.tables.ingest import (
    alias,
    quarantine,
    raw_dictionary,
    raw_record,
    record_join,
    record_join_result,
    record_ruling,
    ruling,
    run_record,
    schedule,
    source_event,
    source_run,
    source_scope,
)
from hub.store.tables.linkage import linkage, linkage_key
from hub.store.tables.metadata import add_dependencies, metadata
from hub.store.tables.people import authorization_code, person_session, sign_in_attempt
from hub.store.tables.plan_content import (
    plan_alignment,
    plan_element,
    plan_grade,
    plan_item,
    plan_section,
    plan_target,
)
from hub.store.tables.plans import issue, issue_revision, plan, plan_version
from hub.store.tables.projects import project, project_area, project_implementer
from hub.store.tables.provenance import provenance, source, source_record
from hub.store.tables.receipts import receipt
from hub.store.tables.reported_counts import issue_count, plan_grade_count
from hub.store.tables.rollup import (
    rollup_attributes,
    rollup_change,
    rollup_count,
    rollup_entry,
    rollup_money,
    rollup_place,
    rollup_place_set,
)
from hub.store.tables.rounds import planning_event
from hub.store.tables.rules import rule
from hub.store.tables.same_as import same_as, same_as_member
from hub.store.tables.sessions import (
    agenda_item,
    delegation,
    joint_session,
    proposal,
    proposal_condition,
    proposal_position,
    session_event,
    session_presence,
)
from hub.store.tables.suggestions import suggestion_dismissal
from hub.store.tables.value_chain import (
    chain_phase,
    expected_role,
    stage,
    stage_mapping,
    value_chain,
    value_chain_mapping,
)
from hub.store.tables.webhooks import webhook, webhook_delivery
from hub.store.tables.work_requests import work_request, work_request_answer

add_dependencies()

__all__ = [
    "access_head",
    "access_log",
    "agency",
    "agency_placement",
    "agenda_item",
    "agreed_fact",
    "agreement",
    "alias",
    "area",
    "area_edition",
    "area_membership",
    "area_succession",
    "authorization_code",
    "budget_line",
    "chain_phase",
    "change",
    "change_head",
    "change_queue",
    "client",
    "client_assertion",
    "commitment",
    "commitment_report",
    "data_change",
    "data_sharing",
    "data_version",
    "delegation",
    "expected_role",
    "external_id",
    "finding",
    "finding_change",
    "finding_plan_change",
    "finding_subject",
    "history_entry",
    "import_issue",
    "import_job",
    "issue",
    "issue_count",
    "issue_revision",
    "issuer",
    "joint_session",
    "linkage",
    "linkage_key",
    "metadata",
    "operations_centre",
    "person_session",
    "plan",
    "plan_alignment",
    "plan_element",
    "plan_grade",
    "plan_grade_count",
    "plan_item",
    "plan_section",
    "plan_target",
    "plan_version",
    "planning_event",
    "project",
    "project_area",
    "project_implementer",
    "proposal",
    "proposal_condition",
    "proposal_position",
    "provenance",
    "quarantine",
    "raw_dictionary",
    "raw_record",
    "receipt",
    "record_join",
    "record_join_result",
    "record_ruling",
    "registration",
    "rollup_attributes",
    "rollup_change",
    "rollup_count",
    "rollup_entry",
    "rollup_money",
    "rollup_place",
    "rollup_place_set",
    "rule",
    "ruling",
    "run_record",
    "same_as",
    "same_as_member",
    "schedule",
    "session_event",
    "session_presence",
    "sign_in_attempt",
    "signing_key",
    "source",
    "source_event",
    "source_record",
    "source_run",
    "source_scope",
    "stage",
    "stage_mapping",
    "suggestion_dismissal",
    "upload",
    "value_chain",
    "value_chain_mapping",
    "webhook",
    "webhook_delivery",
    "work_request",
    "work_request_answer",
]
