"""Value chains, their stages, and who is expected to do what in them.

`as_of_time` is the instant a record was read as of (null: now); what is asked of it is read then
too.
"""

from datetime import datetime
from enum import Enum
from typing import ClassVar

from hub.domain.agencies import ActorLevel
from hub.domain.global_id import GlobalId
from hub.domain.record import record
from hub.domain.text import LocalizedText


class StageKind(Enum):
    """Whether a stage is on the chain or supports it (ประเภทขั้น)."""

    MAIN = "MAIN"
    SUPPORT = "SUPPORT"


@record
class ValueChain:
    """A chain of stages from input to market (ห่วงโซ่คุณค่า, slides 37-40, 72-78).

    `template_id` names the chain whose role matrix says who is expected here; a chain that has a
    role matrix is its own template, and without one nobody is expected by name.
    """

    TYPE: ClassVar[str] = "ValueChain"

    id: str
    code: str
    name: LocalizedText
    theme: str | None
    template_id: str | None
    actor_levels: list[ActorLevel]
    as_of_time: datetime | None
    sort_key: str

    @property
    def gid(self) -> str:
        """The global id."""
        return str(GlobalId(self.TYPE, self.id))


@record
class Stage:
    """One stage of a value chain (ขั้น); `order` counts from 1 along the chain."""

    TYPE: ClassVar[str] = "Stage"

    id: str
    code: str
    chain_id: str
    name: LocalizedText
    group: LocalizedText | None
    order: int
    kind: StageKind
    as_of_time: datetime | None

    @property
    def gid(self) -> str:
        """The global id."""
        return str(GlobalId(self.TYPE, self.id))


@record
class ExpectedRole:
    """What a level should be doing in a stage, by slides 72-78 (บทบาทที่คาดหมาย)."""

    TYPE: ClassVar[str] = "ExpectedRole"

    id: str
    code: str
    level: ActorLevel
    stage_id: str
    statement: LocalizedText
    citation: str
    as_of_time: datetime | None

    @property
    def gid(self) -> str:
        """The global id."""
        return str(GlobalId(self.TYPE, self.id))
