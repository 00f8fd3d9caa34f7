"""Whether the way to the console is shown: the portal and the console both need to know, and never meet."""

from access.permissions import allows
from access.roles import Permission
from access.viewer import Viewer

OPENS = (Permission.EXPLAIN_ACCESS, Permission.VIEW_AS, Permission.READ_AUDIT)
"""Each of them opens a page of the console."""


def may_enter(viewer: Viewer) -> bool:
    return any(allows(viewer, permission) for permission in OPENS)
