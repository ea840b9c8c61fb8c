"""Agreements, and commitments (ข้อตกลงและข้อผูกพัน)."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from hub.domain.agencies import ActorLevel
from hub.domain.sessions import agreements as domain
from hub.domain.sessions import operations, session
from hub.domain.sessions.kinds import (
    AgreementStatus,
    CommitmentKind,
    CommitmentStatus,
    OperationKind,
)
from resolvers import agreed_facts
from resolvers import agreements as agreement_resolvers
from resolvers import operations as operation_resolvers
from resolvers import sessions as session_resolvers
from schema.agencies import Agency
from schema.agreed_facts import AgreedFact
from schema.areas import Area
from schema.binding import field, output_type, resolver_field
from schema.node import Node
from schema.plans import PlanVersion, StrategicIssue
from schema.projects import Project
from schema.text import Connection, FiscalYear, LocalizedText, Money
from schema.value_chain import Stage

if TYPE_CHECKING:
    from schema.proposals import Proposal
    from schema.sessions import JointSession

Lazy = strawberry.lazy


@output_type(operations.ProposedOperation)
class ProposedOperation:
    """One operation of a proposal (การดำเนินการที่เสนอ)."""

    kind: OperationKind = field("What kind (ประเภท)")
    target: Node | None = resolver_field(
        operation_resolvers.targets,
        "What it changes; null: something new, or not visible to you (สิ่งที่เปลี่ยน)",
    )
    target_version: int | None = field("`version` of the target it was made for (รุ่น)")
    text: LocalizedText = resolver_field(operation_resolvers.texts, "In words (คำอธิบาย)")
    before: str | None = resolver_field(
        operation_resolvers.values_before, "Value before, as text (ค่าเดิม)"
    )
    after: str | None = resolver_field(
        operation_resolvers.values_after, "Value after, as text (ค่าใหม่)"
    )
    amount_before: Money | None = resolver_field(
        operation_resolvers.amounts_before, "Amount before (จำนวนเงินเดิม)"
    )
    amount_after: Money | None = resolver_field(
        operation_resolvers.amounts_after, "Amount after (จำนวนเงินใหม่)"
    )
    cells: list[strawberry.ID] = resolver_field(
        operation_resolvers.cells_of_operations,
        "The cell that it names; `preview` has all that change (ช่องที่ระบุ)",
    )


@output_type(session.Ratification)
class Ratification:
    """That agreements were approved (การให้ความเห็นชอบ)."""

    by: str = field("National committee or Cabinet (ผู้ให้ความเห็นชอบ)")
    decided_on: date = field("Day of the decision (วันที่มีมติ)")
    citation: str = field("Resolution (อ้างอิง)")
    except_: list[Annotated["Agreement", Lazy("schema.agreements")]] = resolver_field(
        session_resolvers.excepted,
        "Agreements it left out (ข้อตกลงที่ไม่เห็นชอบ)",
        name="except",
    )


@output_type(operations.GapPlace, name="CellPlace")
class CellPlace:
    """A place in any matrix (ตำแหน่งของช่อง)."""

    area: Area | None = resolver_field(agreement_resolvers.areas_of_places, "Area (พื้นที่)")
    issue: StrategicIssue | None = resolver_field(
        agreement_resolvers.issues_of_places, "Strategic issue (ประเด็นยุทธศาสตร์)"
    )
    stage: Stage | None = resolver_field(
        agreement_resolvers.stages_of_places, "Stage of the value chain (ขั้น)"
    )
    actor_level: ActorLevel | None = field("Row of the deck's matrix (ผู้ดำเนินการ)")
    agency: Agency | None = resolver_field(
        agreement_resolvers.agencies_of_places, "Agency (หน่วยงาน)"
    )
    fiscal_years: list[FiscalYear] = resolver_field(
        agreement_resolvers.years_of_places, "Years (ปีงบประมาณ)"
    )


@output_type(domain.CommitmentReport)
class CommitmentReport:
    """Progress of a commitment (ความก้าวหน้าข้อผูกพัน)."""

    at: datetime = field("When (เมื่อ)")
    text: str = field("What was done (การดำเนินการ)")
    status: CommitmentStatus = field("Status (สถานะ)")


@output_type(domain.Commitment)
class Commitment(Node):
    """What an agency undertook to do (ข้อผูกพัน)."""

    version: int = field("Counts changes; send it back as `expectedVersion` (รุ่น)")
    agency: Agency = resolver_field(
        agreement_resolvers.agencies_of_commitments,
        "Who (ผู้รับผิดชอบ)",
    )
    text: str = field("What (สิ่งที่จะทำ)")
    due_on: date | None = field("Until when (ภายใน)")
    kind: CommitmentKind = field("What it came from (ที่มา)")
    gap: CellPlace | None = field(
        "The gap it takes; every matrix shows it in the cell that contains this place (ช่องว่าง)"
    )
    agreement: Annotated["Agreement", Lazy("schema.agreements")] | None = resolver_field(
        agreement_resolvers.agreements_of_commitments,
        "The agreement; null: pledged outside a session, or not visible to you (ข้อตกลง)",
    )
    status: CommitmentStatus = field("Status (สถานะ)")
    reports: list[CommitmentReport] = resolver_field(
        agreement_resolvers.reports, "Progress, newest first (ความก้าวหน้า)"
    )
    project: Project | None = resolver_field(
        agreement_resolvers.projects_of_commitments,
        "The project that came of it; null: none yet (โครงการ)",
    )
    created_at: datetime = field("When it was created (สร้างเมื่อ)")
    updated_at: datetime = field("When it last changed (ปรับปรุงเมื่อ)")


@output_type(domain.Agreement)
class Agreement(Node):
    """What delegates agreed; it asserts facts beside what sources report (ข้อตกลง).

    Seen by who may see its session, and by everybody once that is closed, unless it changes a
    project that the viewer may not see.
    """

    session: Annotated["JointSession", Lazy("schema.sessions")] | None = resolver_field(
        session_resolvers.sessions_of, "Joint session; null: not visible to you (การประชุมร่วม)"
    )
    proposal: Annotated["Proposal", Lazy("schema.proposals")] | None = resolver_field(
        agreement_resolvers.proposals, "The proposal; null: not visible to you (ข้อเสนอ)"
    )
    parties: list[Agency] = resolver_field(
        agreement_resolvers.parties, "Parties that accepted (คู่ตกลง)"
    )
    at: datetime = field("When (เมื่อ)")
    status: AgreementStatus = field("Status (สถานะ)")
    ratification: Ratification | None = field(
        "Its ratification; null: not ratified (การให้ความเห็นชอบ)"
    )
    operations: list[ProposedOperation] = field("What was done (การดำเนินการ)")
    facts: Connection[AgreedFact] = resolver_field(
        agreed_facts.facts_of_agreements,
        "What it asserts, and what sources have reported since (ข้อเท็จจริงตามข้อตกลง)",
    )
    commitments: list[Commitment] = resolver_field(
        agreement_resolvers.commitments_of_agreements, "Commitments in it (ข้อผูกพัน)"
    )
    produced: list[PlanVersion] = resolver_field(
        agreement_resolvers.versions, "Plan versions it produced (ฉบับแผนที่เกิดขึ้น)"
    )
    memorandum: str = resolver_field(
        agreement_resolvers.memoranda, "Text of the memorandum (บันทึกข้อตกลง; slide 25)"
    )
    digest: str = field("SHA-256 over its content (ค่าแฮช)")
    superseded_by: Annotated["Agreement", Lazy("schema.agreements")] | None = resolver_field(
        agreement_resolvers.successors,
        "The later agreement that replaces it; null: none (ถูกแทนโดย)",
    )
    updated_at: datetime = field("When it last changed (ปรับปรุงเมื่อ)")


@strawberry.type
class AgreementQuery:
    """Root fields about agreements and commitments."""

    agreements: Connection[Agreement] | None = resolver_field(
        agreement_resolvers.agreements,
        "Agreements, the newest first (ข้อตกลง)",
        area="Only of this very area (พื้นที่)",
        agency="Only of this agency (หน่วยงาน)",
        status="Only these (สถานะ)",
    )
    commitments: Connection[Commitment] | None = resolver_field(
        agreement_resolvers.commitments,
        "Commitments, those due first (ข้อผูกพัน)",
        area="Only of this very area (พื้นที่)",
        agency="Only of this agency (หน่วยงาน)",
        status="Only these (สถานะ)",
    )
