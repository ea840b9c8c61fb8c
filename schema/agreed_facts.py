"""Facts that agreements assert, beside what sources report (ข้อเท็จจริงตามข้อตกลง)."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from hub.domain.provenance import Assertion
from hub.domain.sessions import agreed_facts as domain
from hub.domain.sessions.kinds import AgreedField, FactStatus
from resolvers import agreed_facts
from schema import binding
from schema.binding import output_type, resolver_field
from schema.node import Node
from schema.provenance import Provenance
from schema.text import Connection, Money

if TYPE_CHECKING:
    from schema.agreements import Agreement
    from schema.findings import Finding

Lazy = strawberry.lazy


@output_type(domain.Claim)
class Claim:
    """One statement about one fact: what a source reported, or what an agreement asserts
    (ข้อมูลที่กล่าวไว้).
    """

    asserted: Assertion = binding.field("REPORTED by a source, or AGREED in the hub (ลักษณะของข้อมูล)")
    value: str = binding.field("The value, as text (ค่า)")
    amount: Money | None = binding.field("The value, if it is an amount (จำนวนเงิน)")
    agreement: Annotated["Agreement", Lazy("schema.agreements")] | None = resolver_field(
        agreed_facts.agreements_of,
        "The agreement, if it is AGREED and visible to you (ข้อตกลง)",
    )
    provenance: Provenance | None = binding.field(
        "The source and its record, if it is REPORTED (ที่มา)"
    )
    at: datetime = binding.field("When it was agreed, or last read from its source (ตั้งแต่)")


@output_type(domain.AgreedFact)
class AgreedFact(Node):
    """One fact that an agreement asserts (ข้อเท็จจริงตามข้อตกลง)."""

    agreement: Annotated["Agreement", Lazy("schema.agreements")] | None = resolver_field(
        agreed_facts.agreements_of, "The agreement; null: not visible to you (ข้อตกลง)"
    )
    subject: Node = resolver_field(
        agreed_facts.subjects, "What it is about: a project, linkage, indicator (เรื่อง)"
    )
    field: AgreedField = binding.field("Which fact (ข้อเท็จจริง)")
    agreed: Claim = binding.field("The value agreed (ค่าตามข้อตกลง)")
    reported: list[Claim] = binding.field("What sources report about the same (ตามที่รายงาน)")
    status: FactStatus = binding.field("Status (สถานะ)")
    finding: Annotated["Finding", Lazy("schema.findings")] | None = resolver_field(
        agreed_facts.findings_of_facts,
        "The finding that names both; null: they do not differ (ข้อสังเกต)",
    )
    updated_at: datetime = binding.field("When it last changed (ปรับปรุงเมื่อ)")


@strawberry.type
class AgreedFactQuery:
    """Root fields about facts that agreements assert."""

    agreed_facts: Connection[AgreedFact] | None = resolver_field(
        agreed_facts.agreed_facts,
        "Facts that agreements assert, the newest first (ข้อเท็จจริงตามข้อตกลง)",
        subject="About this project, linkage or indicator (เรื่อง)",
        agency="Only of this agency (หน่วยงาน)",
        status="Only these (สถานะ)",
        as_of="Known at; default: now (ข้อมูล ณ)",
    )
