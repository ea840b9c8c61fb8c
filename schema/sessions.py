"""Joint sessions of areas and agencies (การประชุมร่วม Area-Function; slide 96)."""

from collections.abc import AsyncIterator
from datetime import datetime

import strawberry

from hub.domain.sessions import brief
from hub.domain.sessions import session as domain
from hub.domain.sessions.kinds import (
    DelegationRole,
    OperationKind,
    SessionEventKind,
    SessionKind,
    SessionStatus,
)
from resolvers import minutes as minutes_resolvers
from resolvers import proposals as proposal_resolvers
from resolvers import session_events as event_resolvers
from resolvers import sessions as session_resolvers
from schema.agencies import Agency
from schema.agreements import Agreement, Commitment, Ratification
from schema.areas import Area
from schema.binding import field, output_type, resolver_field, subscription_field
from schema.comparison import MatrixComparison
from schema.findings import Finding
from schema.matrix import Matrix
from schema.node import Node
from schema.plans import StrategicIssue
from schema.proposals import MATRIX_COST, AgendaItem, Condition, Position, Proposal
from schema.text import Connection, FiscalYear, LocalizedText, Money, PhaseAmount


@output_type(domain.Mandate)
class DelegationMandate:
    """What a delegation may agree to (ขอบเขตอำนาจ)."""

    operations: list[OperationKind] = field("Kinds of operations; all when empty (สิ่งที่ตกลงได้)")
    max_amount: Money | None = resolver_field(
        session_resolvers.max_amounts,
        "Largest amount it may change; null: no limit (วงเงินสูงสุด)",
    )
    issues: list[StrategicIssue] = resolver_field(
        session_resolvers.issues_of_mandates,
        "Only these issues; all when empty (ประเด็นยุทธศาสตร์)",
    )
    text: str | None = field("In words (ข้อความ)")


@output_type(domain.Delegation)
class Delegation(Node):
    """The delegation of one agency (คณะผู้แทน)."""

    version: int = field("Counts changes; send it back as `expectedVersion` (รุ่น)")
    agency: Agency = resolver_field(
        session_resolvers.agencies_of_delegations,
        "Agency (หน่วยงาน)",
    )
    role: DelegationRole = field("Capacity (บทบาท)")
    mandate: DelegationMandate = field("What it may agree to (ขอบเขตอำนาจ)")
    present: bool = field("Whether it is in the session, as the chair recorded (เข้าร่วมประชุม)")
    invited_at: datetime = field("When it was invited (เชิญเมื่อ)")
    updated_at: datetime = field("When it last changed (ปรับปรุงเมื่อ)")


@output_type(domain.Presence)
class Presence:
    """That a delegation is connected (การเชื่อมต่อ)."""

    delegation: Delegation = resolver_field(
        session_resolvers.delegations_of_presence, "The delegation (คณะผู้แทน)"
    )
    connected: bool = field("Whether a screen of it is connected (เชื่อมต่ออยู่)")
    viewing: strawberry.ID | None = field("The cell it has open; null: none (ช่องที่กำลังดู)")
    since: datetime = field("Since when (ตั้งแต่)")


@output_type(domain.SessionEvent)
class SessionEvent:
    """An event of a session; PRESENCE is not stored and not replayed (เหตุการณ์ในการประชุม)."""

    cursor: str = resolver_field(event_resolvers.cursors, "Position in the list (เคอร์เซอร์)")
    at: datetime = field("When (เมื่อ)")
    by: Agency | None = resolver_field(
        event_resolvers.agencies_of_events, "Who acted; null: a source (ผู้ดำเนินการ)"
    )
    kind: SessionEventKind = field("What it is (ประเภท)")
    subject: Node | None = resolver_field(
        event_resolvers.subjects_of_events, "What it is about, if visible to you (เรื่อง)"
    )
    changed_cells: list[strawberry.ID] = field(
        "Cells of the session's matrix to fetch again; none with DATA_CHANGED: any may have "
        "changed (ช่องที่เปลี่ยน)"
    )


@output_type(brief.Minutes)
class Minutes:
    """Minutes of a session (รายงานการประชุม)."""

    final: bool = field("Fixed when the session was closed (จัดทำแล้ว)")
    markdown: str = resolver_field(minutes_resolvers.markdown, "Text (เนื้อหา)")
    matrix_before: Matrix | None = resolver_field(
        minutes_resolvers.matrices_before,
        "The matrix at the baseline (เมทริกซ์เมื่อเปิดประชุม)",
        cost=MATRIX_COST,
    )
    matrix_after: Matrix | None = resolver_field(
        minutes_resolvers.matrices_after,
        "The matrix at closing (เมทริกซ์เมื่อปิดประชุม)",
        cost=MATRIX_COST,
    )
    agreements: list[Agreement] = resolver_field(
        minutes_resolvers.agreements_of_minutes, "Agreements (ข้อตกลง)"
    )
    objections: list[Position] = resolver_field(
        minutes_resolvers.objections, "Objections that remain (ความเห็นแย้ง)"
    )
    conditions: list[Condition] = resolver_field(
        minutes_resolvers.conditions_of_minutes, "Conditions (เงื่อนไข)"
    )
    open: list[AgendaItem] = resolver_field(
        minutes_resolvers.open_items, "Points without agreement (วาระที่ไม่ได้ข้อยุติ)"
    )
    digest: str | None = field("SHA-256 of the Thai text; null: not final (ค่าแฮช)")


@output_type(brief.ItemTotal)
class ItemTotal:
    """A number of projects and their money (จำนวนโครงการและเงิน)."""

    projects: int = field("How many (จำนวน)")
    amounts: list[PhaseAmount] = field("Their money, by phase (จำนวนเงิน)")


@output_type(brief.BriefIssue)
class BriefIssue:
    """One issue of a brief (ประเด็นในเอกสารสรุป)."""

    issue: StrategicIssue = field("Strategic issue (ประเด็นยุทธศาสตร์)")
    matrix: Matrix = resolver_field(
        minutes_resolvers.matrices_of_issues,
        "Its matrix: actor levels by stage (เมทริกซ์)",
        cost=MATRIX_COST,
    )
    gaps: list[Finding] = resolver_field(minutes_resolvers.gaps_of_issues, "Gaps (ช่องว่าง)")
    awaiting: int = resolver_field(
        minutes_resolvers.awaiting_of_issues,
        "Linkages that wait for a decision (ความเชื่อมโยงที่รอตัดสินใจ)",
    )


@output_type(brief.SessionBrief)
class SessionBrief:
    """What delegates should know before a session (เอกสารสรุปก่อนประชุม)."""

    area: Area = field("Area (พื้นที่)")
    fiscal_year: FiscalYear = field("Fiscal year (ปีงบประมาณ)")
    issues: list[BriefIssue] = resolver_field(
        minutes_resolvers.issues_of_briefs,
        "Issues of rank 1 and 2 with what concerns them; all without a rank (ประเด็นลำดับ 1-2)",
    )
    unlinked: ItemTotal = resolver_field(
        minutes_resolvers.unlinked_of_briefs,
        "Projects in the area that are linked to no issue (โครงการที่ยังไม่เชื่อมโยง)",
        cost=MATRIX_COST,
    )
    findings: Connection[Finding] = resolver_field(
        minutes_resolvers.findings_of_briefs,
        "Findings, the gravest first (ข้อสังเกต)",
        kind="Only these kinds (ประเภท)",
    )
    commitments: Connection[Commitment] = resolver_field(
        minutes_resolvers.commitments_of_briefs,
        "Commitments of the session before, with their status (ข้อผูกพันจากการประชุมครั้งก่อน)",
    )


@output_type(domain.JointSession)
class JointSession(Node):
    """A joint session of an area and agencies (การประชุมร่วม Area-Function; slide 96).

    Seen by the agencies invited, by its host, by those that act for its areas, and by oversight.
    """

    version: int = field(
        "Counts changes of the session itself, not of agenda, delegations and proposals (รุ่น)"
    )
    kind: SessionKind = field("Which parties meet (ประเภท)")
    title: LocalizedText = resolver_field(
        session_resolvers.titles, "Title, as its host wrote it (ชื่อการประชุม)"
    )
    status: SessionStatus = field("Status (สถานะ)")
    areas: list[Area] = resolver_field(session_resolvers.areas, "Areas it is about (พื้นที่)")
    fiscal_year: FiscalYear = field("Fiscal year (ปีงบประมาณ)")
    host: Agency = resolver_field(
        session_resolvers.hosts, "The agency that chairs and hosts it (เจ้าภาพ)"
    )
    starts_at: datetime | None = field("Planned begin (กำหนดเริ่ม)")
    opened_at: datetime | None = field(
        "When it was opened; the baseline is what the hub knew then (เปิดประชุมเมื่อ)"
    )
    closed_at: datetime | None = field("When it was closed (ปิดประชุมเมื่อ)")
    ratification: Ratification | None = field(
        "Who approved its agreements, and when; null: not ratified (การให้ความเห็นชอบ)"
    )
    allowed_operations: list[OperationKind] = field(
        "Kinds of operations that may be agreed in it now (สิ่งที่ตกลงได้)"
    )
    matrix: Matrix | None = resolver_field(
        session_resolvers.matrices,
        "The matrix on the board (เมทริกซ์)",
        cost=MATRIX_COST,
        basis="What its figures are built from (ฐานของข้อมูล)",
    )
    changes: MatrixComparison | None = resolver_field(
        session_resolvers.changes,
        "The matrix at the baseline compared with now, or with closing (เปรียบเทียบกับเมื่อเปิดประชุม)",
        cost=MATRIX_COST,
    )
    previous: "JointSession | None" = resolver_field(
        session_resolvers.previous, "The session of the year before (การประชุมปีก่อน)"
    )
    compare_with: MatrixComparison | None = resolver_field(
        session_resolvers.compare_with,
        "Its matrix compared with that of another session (เปรียบเทียบกับการประชุมอื่น)",
        cost=MATRIX_COST,
        session="The other session; `previous` when absent (การประชุมอื่น)",
    )
    delegations: list[Delegation] = resolver_field(
        session_resolvers.delegations, "Delegations (คณะผู้แทน)"
    )
    presence: list[Presence] = resolver_field(
        session_resolvers.presence, "Who is connected now (ผู้ที่เชื่อมต่ออยู่)"
    )
    agenda: Connection[AgendaItem] = resolver_field(
        session_resolvers.agenda, "Agenda, in its order (วาระ)"
    )
    ready: list[Proposal] = resolver_field(
        proposal_resolvers.ready_proposals,
        "Open proposals that nothing prevents from being concluded: what all sides accepted "
        "beforehand passes without discussion (ข้อเสนอที่ทุกฝ่ายเห็นชอบแล้ว)",
    )
    brief: SessionBrief = resolver_field(
        minutes_resolvers.briefs_of_sessions,
        "What delegates should know before (เอกสารสรุปก่อนประชุม)",
    )
    agreements: Connection[Agreement] = resolver_field(
        session_resolvers.agreements, "Agreements concluded in it (ข้อตกลง)"
    )
    commitments: Connection[Commitment] = resolver_field(
        session_resolvers.commitments,
        "Commitments made in it (ข้อผูกพัน)",
        status="Only these (สถานะ)",
    )
    minutes: Minutes = resolver_field(
        minutes_resolvers.minutes, "Minutes; a draft until it is closed (รายงานการประชุม)"
    )
    events: Connection[SessionEvent] = resolver_field(
        session_resolvers.events,
        "Everything that happened in it, in order; the same as `sessionEvents` (เหตุการณ์)",
    )
    updated_at: datetime = field("When it last changed (ปรับปรุงเมื่อ)")


@strawberry.type
class SessionQuery:
    """Root fields about joint session_resolvers."""

    session: JointSession | None = resolver_field(
        session_resolvers.session,
        "One joint session (การประชุมร่วม)",
        id="Global id (รหัสกลาง)",
    )
    sessions: Connection[JointSession] | None = resolver_field(
        session_resolvers.sessions,
        "Joint sessions, the newest first (รายการการประชุมร่วม)",
        status="Only these (สถานะ)",
        kind="Only this kind (ประเภท)",
        area="Only of this very area (พื้นที่)",
    )
    session_brief: SessionBrief | None = resolver_field(
        minutes_resolvers.brief,
        "What delegates of a session of this area and year should know (เอกสารสรุปก่อนประชุม)",
        cost=MATRIX_COST,
        area="The area (พื้นที่)",
    )


@strawberry.type
class SessionSubscription:
    """Subscriptions to session_resolvers."""

    session_events: AsyncIterator[SessionEvent] = subscription_field(
        event_resolvers.session_events,
        SessionEvent,
        "What happens in a joint session (เหตุการณ์ในการประชุม)",
        session="The session (การประชุม)",
        after="Cursor of the last event received; missed events are sent first (เคอร์เซอร์)",
    )
