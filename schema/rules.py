"""Rules (กฎเกณฑ์) of the deck and of later regimes."""

from datetime import date

import strawberry

from hub.domain import rules as domain
from hub.domain.rules import RuleGroup
from resolvers import nodes, rules
from schema.binding import field, output_type, resolver_field
from schema.provenance import Provenance
from schema.text import LocalizedText


@output_type(domain.Rule)
class Rule:
    """One rule (กฎเกณฑ์): what it says, where it stands, and whether the hub enforces it."""

    code: str = field("R1 to R69 (รหัส)")
    slug: str = field("A short name for people (ชื่อย่อ)")
    group: RuleGroup = field("What it is about (หมวด)")
    text: LocalizedText = field("What it says (ข้อความ)")
    enforcement: str = field("EXACT, FLAG, DECLARED or NOT_ENFORCED (การบังคับใช้ในระบบ)")
    enforcement_note: LocalizedText = field("Why it is enforced so (เหตุผล)")
    severity: str = field("What breaking it means: error, warning or information (ความรุนแรง)")
    citation: str = field("Where it stands (อ้างอิง)")
    valid_from: date | None = field("First day in force, where known (ตั้งแต่)")
    valid_to: date | None = field("First day no longer in force (ถึงก่อน)")
    provenance: list[Provenance] = resolver_field(nodes.provenance, "Where this is said (ที่มา)")


@strawberry.type
class RuleQuery:
    """Root fields about rules."""

    rules: list[Rule] | None = resolver_field(
        rules.rules, "Every rule in force on a day, in the order of the deck (กฎเกณฑ์)"
    )
