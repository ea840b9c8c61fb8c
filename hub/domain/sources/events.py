"""Events that subscribers of sources receive."""

from datetime import datetime

from hub.domain.record import record


@record
class SourceEvent:
    """An event of a source: a run ended, or rows were settled (เหตุการณ์ของแหล่งข้อมูล).

    `cursor` orders events and is accepted as `after`; `run_id` null: rows were settled.
    `affected_cells` counts pairs of area and fiscal year whose lines changed.
    """

    cursor: str
    at: datetime
    source_id: str
    run_id: int | None
    affected_cells: int
