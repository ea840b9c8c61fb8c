"""The query type: the root fields of every noun."""

import strawberry

from schema.agencies import AgencyQuery
from schema.agreed_facts import AgreedFactQuery
from schema.agreements import AgreementQuery
from schema.areas import AreaQuery
from schema.audit_log import AccessLogQuery
from schema.changes import ChangeQuery
from schema.findings import FindingQuery
from schema.imports import ImportQuery
from schema.linkages import LinkageQuery
from schema.matrix import MatrixQuery
from schema.nodes import NodeQuery
from schema.plan_review import PlanReviewQuery
from schema.plans import PlanQuery
from schema.projects import ProjectQuery
from schema.proposals import ProposalQuery
from schema.reported_counts import ReportedCountQuery
from schema.rounds import RoundQuery
from schema.rules import RuleQuery
from schema.sessions import SessionQuery
from schema.sources import SourceQuery
from schema.suggestions import SuggestionQuery
from schema.value_chain import ValueChainQuery
from schema.viewer import AccessQuery
from schema.webhooks import WebhookQuery
from schema.work_requests import WorkRequestQuery


@strawberry.type(description="Read-only queries (คำถามทั้งหมด)")
class Query(
    NodeQuery,
    AccessQuery,
    AreaQuery,
    AgencyQuery,
    PlanQuery,
    PlanReviewQuery,
    ValueChainQuery,
    ProjectQuery,
    LinkageQuery,
    SuggestionQuery,
    WorkRequestQuery,
    ChangeQuery,
    WebhookQuery,
    ImportQuery,
    MatrixQuery,
    FindingQuery,
    RuleQuery,
    RoundQuery,
    ReportedCountQuery,
    SourceQuery,
    SessionQuery,
    ProposalQuery,
    AgreementQuery,
    AgreedFactQuery,
    AccessLogQuery,
):
    """One class per noun, defined beside its types."""
