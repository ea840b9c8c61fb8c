"""Areas: country, regions, clusters, provinces and below, with dated memberships."""

from datetime import date, datetime
from enum import Enum
from typing import ClassVar

from hub.domain.global_id import GlobalId
from hub.domain.record import record, value
from hub.domain.text import LocalizedText


class AreaLevel(Enum):
    """Level of an area (ระดับพื้นที่)."""

    COUNTRY = "COUNTRY"
    REGION = "REGION"
    CLUSTER = "CLUSTER"
    PROVINCE = "PROVINCE"
    DISTRICT = "DISTRICT"
    LOCAL = "LOCAL"


class AreaKind(Enum):
    """Legal kind of an area (ประเภทพื้นที่); Bangkok is a special administration."""

    COUNTRY = "COUNTRY"
    REGION = "REGION"
    CLUSTER = "CLUSTER"
    PROVINCE = "PROVINCE"
    SPECIAL_ADMINISTRATION = "SPECIAL_ADMINISTRATION"
    DISTRICT = "DISTRICT"
    LOCAL_AUTHORITY = "LOCAL_AUTHORITY"


@value
class Tile:
    """Position on the tile-grid map, from the top left (ตำแหน่งบนแผนที่ช่องตาราง)."""

    column: int
    row: int


@record
class Area:
    """An administrative area (พื้นที่). Valid from `valid_from` until the day before `valid_to`."""

    TYPE: ClassVar[str] = "Area"

    id: str
    code: str
    name: LocalizedText
    short_name: LocalizedText | None
    level: AreaLevel
    kind: AreaKind
    valid_from: date | None
    valid_to: date | None
    tile: Tile | None
    sort_key: str
    updated_at: datetime

    @property
    def gid(self) -> str:
        """Return the global id."""
        return str(GlobalId(self.TYPE, self.id))


@record
class AreaMembership:
    """Membership of an area in a larger one, dated, with its authority (การสังกัดกลุ่มจังหวัด)."""

    id: str
    parent: Area
    child: Area
    valid_from: date | None
    valid_to: date | None
    authority: str | None

    TYPE: ClassVar[str] = "AreaMembership"

    @property
    def gid(self) -> str:
        """Return the global id, which is the key of its provenance."""
        return str(GlobalId(self.TYPE, self.id))


class SuccessionKind(Enum):
    """How one thing follows another (ลักษณะการสืบต่อ)."""

    RENAMED = "RENAMED"
    REDRAWN = "REDRAWN"
    SPLIT = "SPLIT"
    MERGED = "MERGED"
    TRANSFERRED = "TRANSFERRED"


@record
class AreaSuccession:
    """That one area follows another from a day on (การสืบต่อของพื้นที่)."""

    id: str
    predecessor: Area
    successor: Area
    effective_on: date
    kind: SuccessionKind
    authority: str | None

    TYPE: ClassVar[str] = "AreaSuccession"

    @property
    def gid(self) -> str:
        """Return the global id, which is the key of its provenance."""
        return str(GlobalId(self.TYPE, self.id))


@record
class AreaEdition:
    """The areas of a level that one decision made: how many, and when they apply (ชุดพื้นที่).

    Of the clusters of 2546 and 2551 only the number is known: no area of them is recorded.
    """

    id: str
    level: AreaLevel
    name: LocalizedText
    area_count: int
    authority: LocalizedText
    valid_from: date | None
    valid_to: date | None


@record
class OperationsCentre:
    """The operations-centre province of a cluster and the cluster's head (slides 10, 15; R1).

    จังหวัดที่เป็นศูนย์ปฏิบัติการของกลุ่มจังหวัด และหัวหน้ากลุ่มจังหวัด.
    """

    TYPE: ClassVar[str] = "OperationsCentre"

    id: str
    cluster_id: str
    province: Area
    head: LocalizedText
    head_rule: str
    rule_code: str
    authority: str | None
    valid_from: date | None
    valid_to: date | None
