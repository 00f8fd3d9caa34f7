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
