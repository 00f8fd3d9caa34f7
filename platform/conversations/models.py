"""What a person asked and what was answered. A conversation is its asker's alone."""

import uuid

from django.db import models

from identity.models import User
from tenants.models import Tenant
from tenants.row_security import OwnTenant


class Conversation(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="conversations")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="conversations")
    title = models.CharField(max_length=200)
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-updated"]


class Message(models.Model):
    """One turn: a question and its answer."""

    class State(models.TextChoices):
        RUNNING = "running"
        COMPLETE = "complete"
        INTERRUPTED = "interrupted"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant_id = OwnTenant()
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    question = models.TextField()
    answer = models.TextField(blank=True)
    mode = models.CharField(max_length=12, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.RUNNING)
    milliseconds = models.JSONField(default=dict)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created"]


class Citation(models.Model):
    """A place in a document that an answer leans on or, of kind `read`, may lean on.

    `document` is no foreign key: a removed document leaves the conversation standing, masked.
    """

    class Kind(models.TextChoices):
        CITED = "cited"
        CLOSEST = "closest"
        READ = "read"
        """Stood in the model's prompt, itself or in an earlier turn: shown nowhere, but without it the answer is masked."""

    tenant_id = OwnTenant()
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="citations")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.CITED)
    marker = models.PositiveSmallIntegerField()
    document = models.UUIDField(db_index=True)
    generation = models.PositiveIntegerField()
    title = models.TextField()
    uri = models.TextField()
    page = models.PositiveIntegerField(null=True)
    heading = models.TextField(blank=True)
    quote = models.TextField()
    table_header = models.TextField(blank=True)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()

    class Meta:
        ordering = ["marker"]


class Feedback(models.Model):
    tenant_id = OwnTenant()
    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="feedback")
    helpful = models.BooleanField()
    at = models.DateTimeField(auto_now=True)
