"""Errors that a mutation returns when a rule was broken."""

from hub.domain import user_errors as domain
from hub.domain.user_errors import UserErrorCode
from resolvers import nodes
from schema import binding
from schema.binding import output_type, resolver_field
from schema.node import Node
from schema.rules import Rule
from schema.text import LocalizedText


@output_type(domain.UserError)
class UserError:
    """A broken rule (ข้อผิดพลาด); if there are any, nothing was changed."""

    code: UserErrorCode = binding.field("Error code (รหัส)")
    field: list[str] | None = binding.field("Path of the input field, outermost first (ช่องที่ผิด)")
    message: LocalizedText = binding.field("The problem and how to fix it (คำอธิบาย)")
    rule: Rule | None = resolver_field(
        nodes.optional_rules, "The rule of the deck that is not met; null: none (กฎเกณฑ์)"
    )
    current: Node | None = resolver_field(
        nodes.current_of_errors,
        "The thing as it is now, with STALE_VERSION and DUPLICATE (สิ่งที่มีอยู่)",
    )
