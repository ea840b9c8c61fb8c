"""Value chains, their stages, the expected role of each level, and mappings to role chains.

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

    `template_id` is the chain itself if it has a role matrix, which lists the expected roles; null:
    it has none, and the roles are those of the chains that its stages are mapped to, if they are.
    `area_id` is the area that drew it; null: a chain for all areas.
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
    area_id: str | None = None
    version: int = 1

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


@record
class StageMapping:
    """A stage of an area's chain and the stage of the role chain that it corresponds to (คู่ขั้น)."""

    TYPE: ClassVar[str] = "StageMapping"

    id: str
    mapping_id: str
    template_id: str
    stage_id: str
    template_stage_id: str
    note: LocalizedText | None
    as_of_time: datetime | None

    @property
    def gid(self) -> str:
        """Return the global id, which is the key of its provenance."""
        return str(GlobalId(self.TYPE, self.id))


@record
class ValueChainMapping:
    """How the stages of an area's chain correspond to those of a role chain (การเทียบขั้น).

    `agency_id` is the agency that decided so; null: the hub's own reading. `version` counts
    changes.
    """

    TYPE: ClassVar[str] = "ValueChainMapping"

    id: str
    version: int
    chain_id: str
    template_id: str
    agency_id: str | None
    as_of_time: datetime | None
    updated_at: datetime

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))


def build_stage_id(chain: str | None, code: str | None) -> str:
    """Return the id of a stage; its code is unique only within its chain."""
    return f"{chain}.{code}"


def build_mapping_id(chain: str | None, template: str | None) -> str:
    """Return the id of the mapping of a chain to a role chain."""
    return f"{chain}:{template}"


def build_pair_id(stage: str, template_stage: str) -> str:
    """Return the id of a pair of stages, from the ids of both."""
    return f"{stage}:{template_stage}"


def build_phase_id(chain: str | None, order: int | str | None) -> str:
    """Return the id of a phase."""
    return f"{chain}.{order}"
