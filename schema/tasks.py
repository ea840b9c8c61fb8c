"""Tasks (งานที่ต้องทำ) of the viewer's agency, and their counts."""

from datetime import date, datetime

from hub.domain import tasks as domain
from hub.domain.tasks import TaskKind
from resolvers import nodes
from resolvers import tasks as task_resolvers
from schema.agencies import Agency
from schema.areas import Area
from schema.binding import field, output_type, resolver_field
from schema.node import Node
from schema.rules import Rule
from schema.text import FiscalYear, LocalizedText


@output_type(domain.Task)
class Task(Node):
    """Something an agency has to do (งานที่ต้องทำ); it ends when the thing itself is done."""

    kind: TaskKind = field("What is to be done (ประเภท)")
    title: LocalizedText = resolver_field(task_resolvers.titles, "In one sentence (สรุป)")
    subject: Node = resolver_field(
        task_resolvers.subjects, "What it is about; the mutation takes its id and version (เรื่อง)"
    )
    agency: Agency = resolver_field(
        task_resolvers.agencies_of_tasks, "Whose task it is (หน่วยงานผู้รับผิดชอบ)"
    )
    area: Area | None = resolver_field(nodes.areas_of_records, "Area (พื้นที่)")
    fiscal_year: FiscalYear | None = field(
        "Fiscal year; null: it is about several years, or none (ปีงบประมาณ)"
    )
    requested_by: Agency | None = resolver_field(
        task_resolvers.requesters, "Who waits for it (ผู้ที่รอ)"
    )
    due_on: date | None = field("Until when; null: no date (ครบกำหนด)")
    overdue: bool = field("Whether the date has passed (เลยกำหนด)")
    rule: Rule | None = resolver_field(
        task_resolvers.rules_of_tasks,
        "The rule that demands it; null: a person or agency did (กฎเกณฑ์)",
    )
    created_at: datetime = field("Since when it waits (สร้างเมื่อ)")


@output_type(domain.TaskCount)
class TaskCount:
    """How many tasks of a kind (จำนวนงาน)."""

    kind: TaskKind = field("The kind (ประเภท)")
    count: int = field("How many (จำนวน)")
    overdue: int = field("How many are overdue (เลยกำหนด)")
