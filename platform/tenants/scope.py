"""Whose rows PostgreSQL shows: the tenant of a transaction. Without one it shows none, and takes none.

The scope is the transaction's own (`set_config` with `is_local`), so no connection carries it to whoever is next. What is kept beside
the connection only saves asking for it again.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Final, Literal, ParamSpec, Protocol, TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from tenants.models import Tenant

P = ParamSpec("P")
R = TypeVar("R")
ACROSS: Final = "across"
Scope = UUID | Literal["across"]
_HELD = "redoubt_scope"
SETTING = {True: "redoubt.across_tenants", False: "redoubt.tenant"}


class ScopeTaken(Exception):
    """The transaction is another tenant's. It ends first; a transaction of two tenants would be a bridge between them."""


class HasTenant(Protocol):
    @property
    def tenant_id(self) -> UUID: ...


@contextmanager
def within(tenant_id: UUID) -> Iterator[None]:
    """A transaction that sees and writes this tenant's rows only. Inside one of the same tenant it costs nothing, and is no savepoint."""
    with _entered(tenant_id):
        yield


@contextmanager
def across_tenants() -> Iterator[None]:
    """A transaction that reads work lists of all tenants and no text: which people belong where, which documents wait, which runs are
    due. Who may call it is listed in tests/test_layout.py; what it finds is done within its tenant."""
    with _entered(ACROSS):
        yield


def across(function: Callable[P, R]) -> Callable[P, R]:
    """The function reads work lists of all tenants."""

    @wraps(function)
    def scoped(*args: P.args, **kwargs: P.kwargs) -> R:
        with across_tenants():
            return function(*args, **kwargs)

    return scoped


def of(parameter: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """The function runs within the tenant of this argument: a tenant, its id, or what has a `tenant_id`."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
            raise TypeError(f"{function.__qualname__} goes on after its call has ended, and its scope would not.")
        position = list(inspect.signature(function).parameters).index(parameter)

        @wraps(function)
        def scoped(*args: P.args, **kwargs: P.kwargs) -> R:
            subject = kwargs[parameter] if parameter in kwargs else args[position]
            with within(tenant_of(subject)):  # type: ignore[arg-type]
                result = function(*args, **kwargs)
            if isinstance(result, QuerySet):
                raise TypeError(f"{function.__qualname__} returns a query that would run after its scope has ended.")
            return result

        return scoped

    return decorate


def tenant_of(subject: UUID | Tenant | HasTenant) -> UUID:
    if isinstance(subject, UUID):
        return subject
    return subject.id if isinstance(subject, Tenant) else subject.tenant_id


@contextmanager
def _entered(scope: Scope) -> Iterator[None]:
    held: Scope | None = getattr(connection, _HELD, None)
    if held == scope:
        yield
        return
    if held is not None:
        raise ScopeTaken("A transaction belongs to one tenant, or reads work lists of all. End the one before the next begins.")
    inside = connection.in_atomic_block
    with transaction.atomic():
        _tell(scope, SETTING[scope == ACROSS], str(scope))
        try:
            yield
        finally:
            setattr(connection, _HELD, None)
        if inside and not connection.needs_rollback:  # the transaction goes on; a rollback to the savepoint takes it back by itself
            _write(SETTING[scope == ACROSS], "")


def _tell(scope: Scope, setting: str, value: str) -> None:
    _write(setting, value)
    setattr(connection, _HELD, scope)


def _write(setting: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [setting, value])
