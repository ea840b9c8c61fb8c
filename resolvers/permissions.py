"""Authorization of fields: the permission is checked before the resolver runs."""

from hub.domain.identity.viewer import ANONYMOUS, PERMISSION_DESCRIPTIONS, Permission, Viewer
from hub.errors import Forbidden, Unauthenticated


def require_permission(viewer: Viewer, permission: Permission, *others: Permission) -> None:
    """Raise `Unauthenticated` for anonymous viewers, `Forbidden` without any of the permissions."""
    if any(viewer.has_permission(one) for one in (permission, *others)):
        return
    th, en = PERMISSION_DESCRIPTIONS[permission]
    if viewer == ANONYMOUS:
        raise Unauthenticated(
            f"ต้องลงชื่อเข้าใช้ด้วยสิทธิ {permission.value} ({th}) "
            f"· log in with the scope {permission.value} ({en})"
        )
    raise Forbidden(
        f"ต้องมีสิทธิ {permission.value} ({th}) ขอจากผู้ดูแลระบบ "
        f"· the scope {permission.value} is required ({en}); request it from the hub's operator"
    )
