"""Where documents come from, what each sync did, and what did not work."""

import uuid

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

from tenants.models import Tenant
from tenants.row_security import OwnTenant


class Source(models.Model):
    class Policy(models.TextChoices):
        """Where the readers of its documents are written down."""

        MIRROR = "mirror"
        """At the source: each document has the readers that the connector reports, and without a report nobody."""
        GROUPS = "groups"
        """In `access`, for all documents alike."""
        EVERYONE = "everyone"
        """In `access` too, which then names the whole tenant."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="sources")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=40)
    """A connector's name in ingestion.connectors.registry."""
    config = models.JSONField(default=dict)
    """What the connector needs to find the documents, such as {"path": …}; never a secret."""
    policy = models.CharField(max_length=8, choices=Policy.choices, default=Policy.GROUPS)
    access = models.JSONField(default=list)
    """The principals that may read what this source brings. Empty means nobody, and where the source's own permissions are mirrored it
    stays empty. It is what decides, not a copy: no document has to be touched for a change of it to hold."""
    access_at = models.DateTimeField(db_default=Now())
    access_by = models.CharField(max_length=200, default="system")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="one_source_for_a_name_in_a_tenant"),
            models.CheckConstraint(condition=~models.Q(policy="mirror") | models.Q(access=[]), name="a_mirror_names_no_readers"),
        ]
        indexes = [GinIndex(fields=["access"], name="sources_by_reader")]

    def __str__(self) -> str:
        return self.name


class SyncRun(models.Model):
    class State(models.TextChoices):
        PENDING = "pending"
        RUNNING = "running"
        FINISHED = "finished"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant_id = OwnTenant()
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="runs")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    requested = models.DateTimeField(auto_now_add=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)
    seen = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    allow_removals = models.BooleanField(default=False)
    """A person has said that a listing with many documents gone is right."""
    code = models.CharField(max_length=40, blank=True)
    message = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source"], condition=models.Q(state="pending"), name="one_waiting_run_for_a_source"),
            models.UniqueConstraint(fields=["source"], condition=models.Q(state="running"), name="one_running_run_for_a_source"),
        ]


class SyncFailure(models.Model):
    """One thing of the source that could not even become a document."""

    tenant_id = OwnTenant()
    run = models.ForeignKey(SyncRun, on_delete=models.CASCADE, related_name="failures")
    uri = models.TextField()
    code = models.CharField(max_length=40)
    message = models.TextField()
