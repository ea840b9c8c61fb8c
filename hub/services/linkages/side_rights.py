"""For which side of a linkage a viewer may act, and in the name of which agency."""

from collections.abc import Iterable, Mapping

from hub.domain.identity.viewer import Permission, Viewer
from hub.domain.linkages import Side
from hub.domain.record import record
from hub.errors import Forbidden
from hub.store.linkage_rights import (
    SideRight,
    SqlReader,
    fetch_area_rights,
    fetch_function_rights,
)

NO_SIDE = (
    "หน่วยงานของท่านไม่ใช่ฝ่ายภารกิจหรือฝ่ายพื้นที่ของรายการนี้ "
    "· your agency acts neither for the project nor for the area of this item"
)


@record
class SideRights:
    """The rights of a viewer on projects (FUNCTION) and issues (AREA)."""

    function: Mapping[str, SideRight]
    area: Mapping[str, SideRight]
    viewer: Viewer

    def agencies(self, project_id: str, issue_id: str | None) -> dict[Side, str]:
        """Return the sides that the viewer may act for, each with the agency in whose name.

        A steward acts in the name of the owner or of the area's own agency.
        """
        rights = {
            Side.FUNCTION: self.function.get(project_id),
            Side.AREA: self.area.get(issue_id) if issue_id is not None else None,
        }
        is_steward = self.viewer.has_permission(Permission.STEWARD)
        found: dict[Side, str] = {}
        for side, right in rights.items():
            if right is None:
                continue
            if right.allowed and self.viewer.agency_id is not None:
                found[side] = self.viewer.agency_id
            elif is_steward and right.agency_id is not None:
                found[side] = right.agency_id
        return found


async def fetch_side_rights(
    reader: SqlReader,
    viewer: Viewer,
    project_ids: Iterable[str],
    issue_ids: Iterable[str | None],
) -> SideRights:
    """Return the rights of a viewer on projects and issues, by the register of today."""
    agency_id = viewer.agency_id
    issues = [one for one in issue_ids if one is not None]
    return SideRights(
        await fetch_function_rights(reader, list(project_ids), agency_id),
        await fetch_area_rights(reader, issues, agency_id) if issues else {},
        viewer,
    )


def choose_side(agencies: Mapping[Side, str], preferred: Iterable[Side]) -> tuple[Side, str]:
    """Return the side to act for and its agency: the first preferred one, else FUNCTION first.

    `Forbidden` when the viewer may act for no side.
    """
    for side in (*preferred, *Side):
        if side in agencies:
            return side, agencies[side]
    raise Forbidden(NO_SIDE)
