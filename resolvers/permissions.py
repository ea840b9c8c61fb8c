"""Who may call a field: its permission is asked for before its resolver runs."""

from hub.domain.identity.viewer import ANONYMOUS, PERMISSION_DESCRIPTIONS, Permission, Viewer
from hub.errors import Forbidden, Unauthenticated


def require_permission(viewer: Viewer, permission: Permission) -> None:
    """`Unauthenticated` where nobody is signed in, `Forbidden` where the permission is missing."""
    if viewer.has_permission(permission):
        return
    th, en = PERMISSION_DESCRIPTIONS[permission]
    if viewer == ANONYMOUS:
        raise Unauthenticated(
            f"ต้องลงชื่อเข้าใช้ด้วยสิทธิ {permission.value} ({th}) "
            f"· sign in with the scope {permission.value} ({en})"
        )
    raise Forbidden(
        f"ต้องมีสิทธิ {permission.value} ({th}) ขอได้จากผู้ดูแลระบบ "
        f"· this needs the scope {permission.value} ({en}); ask the hub's operator for it"
    )
