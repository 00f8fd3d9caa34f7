"""What a role may do. Reading a document is not here: that is a matter of its grants."""

from enum import StrEnum


class Permission(StrEnum):
    ASK = "ask"
    UPLOAD = "upload"
    SHARE_UPLOADS = "share_uploads"
    MANAGE_SOURCES = "manage_sources"
    MANAGE_PEOPLE = "manage_people"
    READ_AUDIT = "read_audit"
    EXPLAIN_ACCESS = "explain_access"
    """Why somebody may read a document, who would if something changed, and which documents are open too widely."""
    VIEW_AS = "view_as"
    """The titles that another person finds; never the text."""
    RUN_LEAK_TEST = "run_leak_test"


class Role(StrEnum):
    READER = "reader"
    CURATOR = "curator"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


GRANTED: dict[Role, frozenset[Permission]] = {
    Role.READER: frozenset({Permission.ASK, Permission.UPLOAD}),
    Role.CURATOR: frozenset({Permission.ASK, Permission.UPLOAD, Permission.SHARE_UPLOADS, Permission.MANAGE_SOURCES}),
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.AUDITOR: frozenset({Permission.READ_AUDIT, Permission.EXPLAIN_ACCESS}),
}


def granted(role: str) -> frozenset[Permission]:
    """The permissions of the role; an unknown role has none."""
    return GRANTED[Role(role)] if role in set(Role) else frozenset()
