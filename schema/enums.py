"""Enums of the schema: domain enums, described by their docstrings."""

import inspect

import strawberry

from hub.domain.agencies import ActorLevel, AgencyKind
from hub.domain.areas import AreaKind, AreaLevel, SuccessionKind
from hub.domain.budget import BudgetPhase, FundingSource
from hub.domain.changes import ChangeTopic
from hub.domain.findings import FindingKind, FindingStatus
from hub.domain.history import ActorKind, ChangeKind
from hub.domain.identity.audit_log import AccessKind
from hub.domain.identity.viewer import Visibility
from hub.domain.imports import ImportKind, JobStatus
from hub.domain.linkages import (
    ConsentDecision,
    LinkageAction,
    LinkageDecision,
    LinkageStatus,
    Side,
)
from hub.domain.matrix.question import (
    AgencyRole,
    AreaRole,
    AxisOrder,
    Counting,
    DimensionKind,
    FactBasis,
)
from hub.domain.matrix.result import CellState, CountTreatment, HeaderKind
from hub.domain.plan_content import AlignmentKind, BudgetRoute, PlanSectionKind
from hub.domain.plan_import import ImportMode
from hub.domain.plan_review import CheckOutcome
from hub.domain.plans import PlanKind, PlanStatus
from hub.domain.projects import Direction, ProjectOrderField, ShareBasis
from hub.domain.provenance import Assertion, Cadence, Confidence, SourceHealth
from hub.domain.reported_counts import Grade
from hub.domain.rules import RuleGroup
from hub.domain.sessions.kinds import (
    AgendaStatus,
    AgreedField,
    AgreementStatus,
    CommitmentKind,
    CommitmentStatus,
    ConditionStatus,
    DelegationRole,
    FactStatus,
    OperationKind,
    ProposalStatus,
    SessionEventKind,
    SessionKind,
    SessionStatus,
    Stance,
)
from hub.domain.sources.freshness import FreshnessStatus
from hub.domain.sources.ledger import Outcome
from hub.domain.sources.live import FreshnessWish
from hub.domain.sources.quarantine import QuarantinedPart, RowStatus
from hub.domain.sources.records import NameKind, QuarantineReason
from hub.domain.sources.rulings import RulingKind
from hub.domain.sources.runs import RunStatus
from hub.domain.tasks import TaskKind
from hub.domain.text import Locale, TranslationOrigin
from hub.domain.user_errors import UserErrorCode
from hub.domain.value_chain import StageKind
from hub.domain.webhooks import DeliveryStatus, WebhookStatus
from hub.domain.work_requests import WorkRequestDecision, WorkRequestStatus

ENUMS = (
    AccessKind,
    ActorKind,
    ActorLevel,
    AgencyKind,
    AgencyRole,
    AlignmentKind,
    AreaKind,
    AreaLevel,
    AreaRole,
    Assertion,
    AxisOrder,
    CellState,
    ChangeKind,
    ChangeTopic,
    ConsentDecision,
    CheckOutcome,
    Counting,
    CountTreatment,
    DeliveryStatus,
    DimensionKind,
    Direction,
    HeaderKind,
    BudgetPhase,
    BudgetRoute,
    Cadence,
    Confidence,
    FactBasis,
    FactStatus,
    FindingKind,
    FindingStatus,
    FreshnessStatus,
    FreshnessWish,
    FundingSource,
    Grade,
    ImportKind,
    ImportMode,
    JobStatus,
    LinkageAction,
    LinkageDecision,
    LinkageStatus,
    Locale,
    NameKind,
    Outcome,
    PlanKind,
    PlanSectionKind,
    PlanStatus,
    ProjectOrderField,
    QuarantineReason,
    QuarantinedPart,
    RowStatus,
    RuleGroup,
    RulingKind,
    RunStatus,
    ShareBasis,
    Side,
    SourceHealth,
    StageKind,
    SuccessionKind,
    TaskKind,
    TranslationOrigin,
    UserErrorCode,
    SessionKind,
    SessionStatus,
    DelegationRole,
    OperationKind,
    AgendaStatus,
    ProposalStatus,
    Stance,
    ConditionStatus,
    AgreedField,
    AgreementStatus,
    CommitmentKind,
    CommitmentStatus,
    SessionEventKind,
    Visibility,
    WebhookStatus,
    WorkRequestDecision,
    WorkRequestStatus,
)

for kind in ENUMS:
    strawberry.enum(kind, description=inspect.cleandoc(kind.__doc__ or ""))
