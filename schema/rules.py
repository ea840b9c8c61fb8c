"""Rules (กฎเกณฑ์) of the deck and of later regimes."""

from datetime import date

import strawberry

from hub.domain import rules as domain
from hub.domain.rules import RuleGroup
from resolvers import nodes, rules
from schema.binding import describes, resolved, said
from schema.provenance import Provenance
from schema.text import LocalizedText


@describes(domain.Rule)
class Rule:
    """One rule (กฎเกณฑ์): what it says, where it stands, and whether the hub enforces it."""

    code: str = said("R1 to R69 (รหัส)")
    slug: str = said("A short name for people (ชื่อย่อ)")
    group: RuleGroup = said("What it is about (หมวด)")
    text: LocalizedText = said("What it says (ข้อความ)")
    enforcement: str = said("EXACT, FLAG, DECLARED or NOT_ENFORCED (การบังคับใช้ในระบบ)")
    enforcement_note: LocalizedText = said("Why it is enforced so (เหตุผล)")
    severity: str = said("What breaking it means: error, warning or information (ความรุนแรง)")
    citation: str = said("Where it stands (อ้างอิง)")
    valid_from: date | None = said("First day in force, where known (ตั้งแต่)")
    valid_to: date | None = said("First day no longer in force (ถึงก่อน)")
    provenance: list[Provenance] = resolved(nodes.provenance, "Where this is said (ที่มา)")


@strawberry.type
class RuleQuery:
    """Root fields about rules."""

    rules: list[Rule] | None = resolved(
        rules.rules, "Every rule in force on a day, in the order of the deck (กฎเกณฑ์)"
    )
