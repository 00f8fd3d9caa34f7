"""What a role may do. Reading a document is not here: that is a matter of its grants."""

from enum import StrEnum


class Permission(StrEnum):
    ASK = "ask"
    UPLOAD = "upload"
    SHARE_UPLOADS = "share_uploads"
    MANAGE_SOURCES = "manage_sources"
    MANAGE_PEOPLE = "manage_people"
    READ_AUDIT = "read_audit"


class Role(StrEnum):
    READER = "reader"
    CURATOR = "curator"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


GRANTED: dict[Role, frozenset[Permission]] = {
    Role.READER: frozenset({Permission.ASK, Permission.UPLOAD}),
    Role.CURATOR: frozenset({Permission.ASK, Permission.UPLOAD, Permission.SHARE_UPLOADS, Permission.MANAGE_SOURCES}),
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.AUDITOR: frozenset({Permission.READ_AUDIT}),
}


def allows(role: str, permission: Permission) -> bool:
    """Whether the role holds the permission; an unknown role holds none."""
    return role in set(Role) and permission in GRANTED[Role(role)]
