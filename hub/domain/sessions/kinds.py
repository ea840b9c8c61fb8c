"""The enumerations of joint sessions, as in the contract."""

from enum import Enum


class SessionKind(Enum):
    """Which parties meet, and when (ประเภทการประชุมร่วม; slide 94)."""

    STRATEGY = "STRATEGY"
    LOCAL_PROJECTS = "LOCAL_PROJECTS"
    POST_BUDGET = "POST_BUDGET"


class SessionStatus(Enum):
    """Status of a session (สถานะการประชุม)."""

    SCHEDULED = "SCHEDULED"
    OPEN = "OPEN"
    SUSPENDED = "SUSPENDED"
    CLOSED = "CLOSED"
    RATIFIED = "RATIFIED"
    CANCELLED = "CANCELLED"


class DelegationRole(Enum):
    """Capacity of a delegation (บทบาทคณะผู้แทน)."""

    HOST = "HOST"
    AREA = "AREA"
    FUNCTION = "FUNCTION"
    LOCAL = "LOCAL"
    ADVISORY = "ADVISORY"
    OBSERVER = "OBSERVER"


class OperationKind(Enum):
    """Kinds of operations (ประเภทการดำเนินการ)."""

    LINKAGE_ADD = "LINKAGE_ADD"
    LINKAGE_REMOVE = "LINKAGE_REMOVE"
    LINKAGE_MOVE = "LINKAGE_MOVE"
    SHARE_SET = "SHARE_SET"
    LEAD_SET = "LEAD_SET"
    BUDGET_SET = "BUDGET_SET"
    PROJECT_MERGE = "PROJECT_MERGE"
    INDICATOR_SHARE = "INDICATOR_SHARE"
    GAP_TAKE = "GAP_TAKE"
    FINDING_SETTLE = "FINDING_SETTLE"


class AgendaStatus(Enum):
    """Status of a point of the agenda (สถานะวาระ)."""

    OPEN = "OPEN"
    CURRENT = "CURRENT"
    AGREED = "AGREED"
    NOT_AGREED = "NOT_AGREED"
    POSTPONED = "POSTPONED"


class ProposalStatus(Enum):
    """Status of a proposal (สถานะข้อเสนอ)."""

    OPEN = "OPEN"
    WITHDRAWN = "WITHDRAWN"
    SUPERSEDED = "SUPERSEDED"
    CONCLUDED = "CONCLUDED"
    LAPSED = "LAPSED"


class Stance(Enum):
    """A stance (ท่าที)."""

    ACCEPT = "ACCEPT"
    ACCEPT_WITH_CONDITION = "ACCEPT_WITH_CONDITION"
    OBJECT = "OBJECT"
    ABSTAIN = "ABSTAIN"


class ConditionStatus(Enum):
    """Status of a condition (สถานะเงื่อนไข)."""

    OPEN = "OPEN"
    RESOLVED = "RESOLVED"
    CARRIED = "CARRIED"
    WITHDRAWN = "WITHDRAWN"


class AgreementStatus(Enum):
    """Status of an agreement (สถานะข้อตกลง)."""

    CONCLUDED = "CONCLUDED"
    RATIFIED = "RATIFIED"
    NOT_RATIFIED = "NOT_RATIFIED"
    SUPERSEDED = "SUPERSEDED"


class AgreedField(Enum):
    """Facts that an agreement can assert (ประเภทข้อเท็จจริง)."""

    LINKAGE = "LINKAGE"
    SHARE = "SHARE"
    LEAD = "LEAD"
    AMOUNT = "AMOUNT"
    IDENTITY = "IDENTITY"
    INDICATOR_OWNERS = "INDICATOR_OWNERS"


class FactStatus(Enum):
    """Status of an agreed fact against reports (สถานะข้อเท็จจริง)."""

    UNREPORTED = "UNREPORTED"
    FOLLOWED = "FOLLOWED"
    CONFLICTING = "CONFLICTING"
    ENDED = "ENDED"


class CommitmentKind(Enum):
    """What a commitment came from (ที่มาของข้อผูกพัน)."""

    PLEDGE = "PLEDGE"
    CONDITION = "CONDITION"
    TASK = "TASK"


class CommitmentStatus(Enum):
    """Status of a commitment (สถานะข้อผูกพัน); LATE follows from the date and is not stored."""

    OPEN = "OPEN"
    IN_PROGRESS = "IN_PROGRESS"
    DONE = "DONE"
    LATE = "LATE"
    WITHDRAWN = "WITHDRAWN"


class SessionEventKind(Enum):
    """What an event of a session is (ประเภทเหตุการณ์)."""

    SESSION_CHANGED = "SESSION_CHANGED"
    PRESENCE = "PRESENCE"
    AGENDA_CHANGED = "AGENDA_CHANGED"
    PROPOSAL_CHANGED = "PROPOSAL_CHANGED"
    POSITION_CHANGED = "POSITION_CHANGED"
    AGREEMENT_CONCLUDED = "AGREEMENT_CONCLUDED"
    DATA_CHANGED = "DATA_CHANGED"
