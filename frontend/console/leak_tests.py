"""A leak test that was asked for on the page: under way, ended, or never heard of again. All of it stands in the audit."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from celery import current_app
from django.db import transaction
from django.utils import timezone

from access.doors import is_knocked
from access.principals import user
from audit import queries as audit
from audit.actions import record
from frontend.console import matrix
from frontend.ui.viewer import Reader
from tenants.actions import lock

ASKED, FAILED = "leaktest.asked", "leaktest.failed"
LOST_AFTER = timedelta(minutes=5)
"""No worker waits so long to begin, where there is one."""


@dataclass(frozen=True, slots=True)
class Request:
    """The last one of a tenant that has not ended well."""

    at: datetime
    failure: str

    @property
    def under_way(self) -> bool:
        return not self.failure and not self.lost

    @property
    def lost(self) -> bool:
        """Long ago, and none runs: its worker or its process ended before it."""
        return not self.failure and timezone.now() - self.at > LOST_AFTER and not is_knocked()


def last(tenant: UUID) -> Request | None:
    """None where none was asked for, or the last one ended with a result."""
    asked, failed, ran = (audit.last(action, tenant) for action in (ASKED, FAILED, matrix.ACTION))
    number = asked["number"] if asked else 0
    if asked is None or (ran and ran["number"] > number):
        return None
    failure = failed["detail"]["message"] if failed and failed["number"] > number else ""
    return Request(asked["at"], failure)


@transaction.atomic
def ask_for(reader: Reader) -> None:
    """One at a time in a tenant: where one is under way, it is the one that was asked for. A ring that is lost can be rung again."""
    lock(reader.tenant.id)
    there = last(reader.tenant.id)
    if there and there.under_way:
        return
    record(action=ASKED, tenant=reader.tenant.id, actor=user(reader.user.id), face="console")
    ring = partial(current_app.send_task, "config.tasks.run_leaktest", args=(reader.tenant.slug,), retry=False)
    transaction.on_commit(ring, robust=True)
