"""Value chains, their stages, and the expected role of each level in them.

`as_of_time` is the instant a record was read as of (null: now); its related records are read as of
the same instant.
"""

from datetime import datetime
from enum import Enum
from typing import ClassVar

from hub.domain.agencies import ActorLevel
from hub.domain.global_id import GlobalId
from hub.domain.record import record
from hub.domain.text import LocalizedText
from hub.domain.time import FiscalYear


class StageKind(Enum):
    """Whether a stage is a main or a supporting one (ประเภทขั้น)."""

    MAIN = "MAIN"
    SUPPORT = "SUPPORT"


@record
class ValueChain:
    """A chain of stages from input to market (ห่วงโซ่คุณค่า, slides 37-40, 72-78).

    `template_id` is the chain whose role matrix lists the expected roles; a chain with its own role
    matrix is its own template. Null: no expected roles are defined.
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
    updated_at: datetime

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))


@record
class Stage:
    """A stage of a value chain (ขั้น); `order` is the position in the chain, from 1."""

    TYPE: ClassVar[str] = "Stage"

    id: str
    code: str
    chain_id: str
    name: LocalizedText
    group: LocalizedText | None
    order: int
    kind: StageKind
    as_of_time: datetime | None
    updated_at: datetime

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))


@record
class ChainPhase:
    """A phase of a value chain (ระยะ, slide 40), `order` from 1, with every fiscal year of it."""

    TYPE: ClassVar[str] = "ChainPhase"

    id: str
    order: int
    name: LocalizedText
    fiscal_years: list[FiscalYear]
    goal: LocalizedText | None

    @property
    def gid(self) -> str:
        """Return the global id, which is the key of its provenance."""
        return str(GlobalId(self.TYPE, self.id))


@record
class ExpectedRole:
    """What a level should do in a stage, from slides 72-78 (บทบาทที่คาดหมาย)."""

    TYPE: ClassVar[str] = "ExpectedRole"

    id: str
    code: str
    level: ActorLevel
    stage_id: str
    statement: LocalizedText
    citation: str
    as_of_time: datetime | None
    updated_at: datetime

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))
