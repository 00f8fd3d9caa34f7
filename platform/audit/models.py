"""What happened, who did it, for whom and when: append-only, sealed in batches. No foreign keys: it outlives its subjects."""

from django.db import models


class AuditEvent(models.Model):
    number = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    """Set by the database as the row is written, whatever the application says: one clock for rows and seals."""
    tenant = models.UUIDField(null=True, db_index=True)
    actor = models.CharField(max_length=200)
    """`user:<uuid>` or the name of a part of the system; never an e-mail address."""
    on_behalf = models.CharField(max_length=200, default="", db_default="")
    """Whose access was used: the actor's own, or another person's where the system or an administrator acts."""
    face = models.CharField(max_length=20, default="command")
    action = models.CharField(max_length=60)
    object = models.CharField(max_length=200, default="")
    detail = models.JSONField(default=dict)
    """Ids, generations and counts. Never a question, never a document's text."""

    class Meta:
        ordering = ["number"]


class Unsealed(models.Model):
    """The events that wait for a seal. A trigger puts each new one here in its own transaction; sealing takes it away."""

    number = models.BigIntegerField(primary_key=True)


class AuditBatch(models.Model):
    """The seal over the events that had been committed and not sealed: each batch holds the hash of the one before."""

    number = models.BigIntegerField(primary_key=True)
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    count = models.IntegerField()
    leaves = models.JSONField()
    """`[[number, hash of the event], …]` by number. Numbers are missing where a transaction was rolled back, or ended later: its
    events are in a later batch."""
    root = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
