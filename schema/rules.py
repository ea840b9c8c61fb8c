"""Rules (กฎเกณฑ์) of the slides and of later law."""

from datetime import date, datetime

import strawberry

from hub.domain import rules as domain
from hub.domain.rules import RuleGroup
from resolvers import nodes, rules
from schema.binding import field, output_type, resolver_field
from schema.node import Node
from schema.provenance import Provenance
from schema.text import LocalizedText


@output_type(domain.Rule)
class Rule(Node):
    """A rule (กฎเกณฑ์), with its citation and enforcement."""

    code: str = field("Code, R1 to R69 (รหัส)")
    slug: str = field("Short name (ชื่อย่อ)")
    group: RuleGroup = field("Group (หมวด)")
    text: LocalizedText = field("Text (ข้อความ)")
    enforcement: str = field("EXACT, FLAG, DECLARED or NOT_ENFORCED (การบังคับใช้ในระบบ)")
    enforcement_note: LocalizedText = field("Reason for the enforcement (เหตุผล)")
    severity: str = field("Severity of a violation: error, warning or information (ความรุนแรง)")
    citation: str = field("Citation (อ้างอิง)")
    valid_from: date | None = field("First day in force, if known (ตั้งแต่)")
    valid_to: date | None = field("First day no longer in force (ถึงก่อน)")
    provenance: list[Provenance] = resolver_field(nodes.provenance, "Provenance (ที่มา)")
    updated_at: datetime = field("When it last changed (ปรับปรุงเมื่อ)")


@strawberry.type
class RuleQuery:
    """Root fields about rules."""

    rules: list[Rule] | None = resolver_field(
        rules.rules, "Rules in force on a date, in the order of the slides (กฎเกณฑ์)"
    )
