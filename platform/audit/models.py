"""What happened, who did it and when: append-only, each row chained to the one before by a hash. No foreign keys."""

from django.db import models


class AuditEvent(models.Model):
    number = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    tenant = models.UUIDField(null=True, db_index=True)
    actor = models.CharField(max_length=200)
    """`user:<uuid>` or the name of a part of the system; never an e-mail address."""
    face = models.CharField(max_length=20, default="command")
    action = models.CharField(max_length=60)
    object = models.CharField(max_length=200, default="")
    detail = models.JSONField(default=dict)
    """Ids and counts. Never a question, never a document's text."""
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["number"]
