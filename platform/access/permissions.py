"""Whether somebody may do something: `allows` answers, `require` refuses."""

from access.roles import Permission
from access.viewer import Viewer

DOING = {
    Permission.ASK: "asking",
    Permission.UPLOAD: "uploads",
    Permission.SHARE_UPLOADS: "uploads for everyone",
    Permission.MANAGE_SOURCES: "managing sources",
    Permission.MANAGE_PEOPLE: "managing people and groups",
    Permission.READ_AUDIT: "reading the audit log",
    Permission.EXPLAIN_ACCESS: "looking into who may read what",
    Permission.VIEW_AS: "viewing as another person",
    Permission.RUN_LEAK_TEST: "starting the leak test",
}


class NotAllowed(Exception):
    def __init__(self, permission: Permission) -> None:
        super().__init__(f"Your role does not allow {DOING[permission]}. An administrator can change it.")
        self.permission = permission


def allows(viewer: Viewer, permission: Permission) -> bool:
    return permission in viewer.permissions


def require(viewer: Viewer, permission: Permission) -> None:
    """Raises NotAllowed, whose text is for the person."""
    if not allows(viewer, permission):
        raise NotAllowed(permission)
