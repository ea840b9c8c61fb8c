"""What is told to those who follow sources."""

from datetime import datetime

from hub.domain.record import record


@record
class SourceEvent:
    """Something of a source changed: a run ended, or a person settled rows (เหตุการณ์ของแหล่งข้อมูล).

    `cursor` orders events and is given back as `after`; `run_id` null: rows were settled.
    `affected_cells` counts the places, area by fiscal year, whose lines changed.
    """

    cursor: str
    at: datetime
    source_id: str
    run_id: int | None
    affected_cells: int
