"""Histories of things that people change (ประวัติ)."""

from datetime import datetime

from hub.domain import history as domain
from hub.domain.history import ActorKind, ChangeKind
from resolvers import history
from schema import binding
from schema.agencies import Agency
from schema.binding import output_type, resolver_field
from schema.node import Node


@output_type(domain.HistoryEntry)
class HistoryEntry:
    """One entry of the history of a thing (ประวัติ)."""

    at: datetime = binding.field("When (เมื่อ)")
    actor: ActorKind = binding.field("Kind of author (ผู้กระทำ)")
    by: Agency | None = resolver_field(
        history.agencies_of_entries,
        "The agency that acted; null: a source or the hub (หน่วยงานผู้ดำเนินการ)",
    )
    kind: ChangeKind = binding.field("What happened (การเปลี่ยนแปลง)")
    field: str | None = binding.field("The field that changed; null: the whole thing (ช่อง)")
    before: str | None = binding.field("Value before, as text (ค่าเดิม)")
    after: str | None = binding.field("Value after, as text (ค่าใหม่)")
    reason: str | None = binding.field("Reason given (เหตุผล)")
    because: Node | None = resolver_field(
        history.causes, "Session, agreement, run or import it comes from (มาจาก)"
    )
