"""Principals: immutable, namespaced ids that grants name. Never an e-mail address or a name, which can be reused."""

from uuid import UUID


def user(user_id: UUID) -> str:
    return f"user:{user_id}"


def group(group_id: UUID) -> str:
    return f"group:{group_id}"


def everyone(tenant_id: UUID) -> str:
    """Everybody who is an active member of the tenant."""
    return f"everyone:{tenant_id}"


def readers_of(source_id: UUID) -> str:
    """Whoever the source's policy names at this moment. Stands in the index only, so that a policy can change without it; a search
    adds the sources that its viewer's principals open, and no grant is ever made to it."""
    return f"source:{source_id}"


def external_user(source_id: UUID, external_id: str) -> str:
    """An account of a source, by that system's own id. The source's id in front is of one length: nothing in the other can forge it."""
    return f"ext:{source_id}:user:{_given(external_id)}"


def external_group(source_id: UUID, external_id: str) -> str:
    return f"ext:{source_id}:group:{_given(external_id)}"


def _given(external_id: str) -> str:
    if not external_id:
        raise ValueError("An account of a source has an id.")
    return external_id
