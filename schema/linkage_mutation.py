"""Commands that write linkages, and their payloads."""

import strawberry

from hub.domain import linkage_commands as domain
from hub.domain.identity.viewer import Permission
from resolvers import linkage_commands
from schema import linkage_input
from schema.binding import field, output_type, resolver_field
from schema.errors import UserError
from schema.linkages import Linkage

INPUTS = linkage_input
"""Registered before the first field whose argument is one of them."""
RESULTS = "One for each item, in their order; none if `userErrors` (ผลรายการ)"
USER_ERRORS = "Business errors; if there is any, nothing was changed (ข้อผิดพลาด)"
COMMAND = "Input of the command (คำสั่ง)"


@output_type(domain.LinkageResult)
class LinkageResult:
    """The result of one item, in the order of the items (ผลรายการ)."""

    index: int = field("Index of the item, from 0 (ลำดับ)")
    key: str | None = field("The client's own key (กุญแจรายการ)")
    linkage: Linkage | None = resolver_field(
        linkage_commands.linkages_of_results,
        "The linkage as it is now; null: refused, or not visible (ความเชื่อมโยง)",
    )
    changed: bool = field("Whether this call changed it; false: it was so already (เปลี่ยนแปลงแล้ว)")
    user_errors: list[UserError] = field("Errors of this item alone (ข้อผิดพลาดของรายการ)")


@output_type(domain.LinkageBatchPayload)
class LinkageProposePayload:
    """Result of `linkagePropose` (ผลคำสั่ง)."""

    results: list[LinkageResult] = field(RESULTS)
    user_errors: list[UserError] = field(USER_ERRORS)


@output_type(domain.LinkageBatchPayload)
class LinkageDecidePayload:
    """Result of `linkageDecide` (ผลคำสั่ง)."""

    results: list[LinkageResult] = field(RESULTS)
    user_errors: list[UserError] = field(USER_ERRORS)


@output_type(domain.LinkageBatchPayload)
class LinkageWithdrawPayload:
    """Result of `linkageWithdraw` (ผลคำสั่ง)."""

    results: list[LinkageResult] = field(RESULTS)
    user_errors: list[UserError] = field(USER_ERRORS)


@output_type(domain.LinkageBatchPayload)
class LinkageUndoPayload:
    """Result of `linkageUndo` (ผลคำสั่ง)."""

    results: list[LinkageResult] = field(RESULTS)
    user_errors: list[UserError] = field(USER_ERRORS)


@output_type(domain.LinkageBatchPayload)
class LinkageShareSetPayload:
    """Result of `linkageShareSet` (ผลคำสั่ง)."""

    results: list[LinkageResult] = field(RESULTS)
    user_errors: list[UserError] = field(USER_ERRORS)


@strawberry.type
class LinkageMutation:
    """Mutations of linkages."""

    linkage_propose: LinkageProposePayload | None = resolver_field(
        linkage_commands.propose,
        "Propose linkages, at most 500, by the agency of the project or of the area; each is "
        "stored or refused by itself (เสนอความเชื่อมโยง)",
        needs=Permission.PROPOSE_LINKAGES,
        input=COMMAND,
    )
    linkage_decide: LinkageDecidePayload | None = resolver_field(
        linkage_commands.decide,
        "Decide on linkages or on their pending shares, at most 500, for the side whose decision "
        "is awaited; a refused share leaves the linkage as agreed (ตัดสินใจความเชื่อมโยง)",
        needs=Permission.DECIDE_LINKAGES,
        input=COMMAND,
    )
    linkage_withdraw: LinkageWithdrawPayload | None = resolver_field(
        linkage_commands.withdraw,
        "Withdraw linkages that the viewer's side proposed (ถอนความเชื่อมโยง)",
        needs=Permission.PROPOSE_LINKAGES,
        input=COMMAND,
    )
    linkage_undo: LinkageUndoPayload | None = resolver_field(
        linkage_commands.undo,
        "Undo the last action of the viewer's side on linkages, until the other side has acted "
        "(เลิกทำ)",
        needs=(Permission.PROPOSE_LINKAGES, Permission.DECIDE_LINKAGES),
        input=COMMAND,
    )
    linkage_share_set: LinkageShareSetPayload | None = resolver_field(
        linkage_commands.set_shares,
        "Set shares; those of one project are at most 1 together. On an AGREED linkage the share "
        "waits for the other side, which answers with `linkageDecide` (กำหนดสัดส่วน)",
        needs=Permission.PROPOSE_LINKAGES,
        input=COMMAND,
    )
