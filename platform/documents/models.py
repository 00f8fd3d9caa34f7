"""Documents, who may read them, and their text. PostgreSQL decides what is current and who sees it; the index may forget."""

import uuid

from django.db import models
from django.db.models.functions import Now

from sources.models import Source
from tenants.models import Tenant
from tenants.row_security import OwnTenant


class Document(models.Model):
    class State(models.TextChoices):
        PENDING = "pending"
        PROCESSING = "processing"
        READY = "ready"
        FAILED = "failed"
        QUARANTINED = "quarantined"
        DELETING = "deleting"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="documents")
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="documents")
    uri = models.TextField()
    """Its address inside the source, such as a path below the folder."""
    title = models.TextField()
    media_type = models.CharField(max_length=120, blank=True)
    blob = models.CharField(max_length=80)
    """Key of the original bytes in documents.blobs."""
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    modified = models.DateTimeField(null=True)
    """When the source says it changed last."""
    dated = models.DateField(null=True)
    """The date that the document states of itself."""
    language = models.CharField(max_length=20, default="english")
    paged = models.BooleanField(default=False)
    """Whether page numbers mean something to a person."""
    page_count = models.PositiveIntegerField(default=0)
    chunk_count = models.PositiveIntegerField(default=0)

    state = models.CharField(max_length=12, choices=State.choices, default=State.PENDING)
    code = models.CharField(max_length=40, blank=True)
    message = models.TextField(blank=True)
    partial = models.BooleanField(default=False)
    generation = models.PositiveIntegerField(default=0)
    """The generation that answers may use; 0 until the first is complete. A new one is numbered by its claim's fence."""
    unpublished = models.BooleanField(default=False)
    """Set when the index has yet to hear of the current generation or of changed grants; survives an index that is down."""
    restricted = models.BooleanField(default=False)
    """Its own grants count alone, not its source's policy or permissions: somebody narrowed it."""
    grants_version = models.BigIntegerField(default=1)
    """Moves with each change of its own grants."""
    attempt = models.PositiveSmallIntegerField(default=0)
    fence = models.BigIntegerField(default=0)
    """Grows with each claim: a worker whose lease ran out finds that its fence is old, and writes nothing."""
    lease_until = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    """A failed attempt is tried again after this."""
    removed_at = models.DateTimeField(null=True)
    """The tombstone: set, the document answers nothing any more, whatever the index still holds."""
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "uri"], condition=models.Q(removed_at=None), name="one_live_document_for_a_uri_in_a_source"
            )
        ]
        indexes = [
            models.Index(fields=["created"], name="documents_waiting", condition=models.Q(state__in=["pending", "processing"])),
            models.Index(fields=["tenant", "state"], name="documents_by_state"),
            models.Index(fields=["tenant", "id"], name="documents_unpublished", condition=models.Q(unpublished=True)),
            models.Index(fields=["removed_at"], name="documents_removed", condition=models.Q(state="deleting")),
        ]

    def __str__(self) -> str:
        return self.title


class Work(models.Model):
    """What there is to do, of all tenants: a view of the documents' state without a word of theirs, for claims and the sweeper. It is
    empty but in `tenants.scope.across_tenants`; docs/adr/0009-row-level-security.md."""

    id = models.UUIDField(primary_key=True)
    tenant_id = models.UUIDField()
    source = models.ForeignKey(Source, on_delete=models.DO_NOTHING, related_name="+")
    state = models.CharField(max_length=12)
    size = models.BigIntegerField()
    attempt = models.PositiveSmallIntegerField()
    fence = models.BigIntegerField()
    generation = models.PositiveIntegerField()
    unpublished = models.BooleanField()
    created = models.DateTimeField()
    not_before = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "documents_work"


class Grant(models.Model):
    """What a document says of its own readers. What its source's policy says of all of them stands in Source.access alone, and counts
    for each document that is not restricted; a denial wins over both."""

    class Effect(models.TextChoices):
        ALLOW = "allow"
        DENY = "deny"

    class Origin(models.TextChoices):
        SOURCE = "source"
        """The source's own permissions, mirrored."""
        SHARE = "share"
        """A person."""

    tenant_id = OwnTenant()
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="grants")
    principal = models.CharField(max_length=300)
    """An account of a source is named by that system's own id, of up to 200 characters, behind the source's."""
    effect = models.CharField(max_length=5, choices=Effect.choices, default=Effect.ALLOW)
    origin = models.CharField(max_length=20, choices=Origin.choices, default=Origin.SHARE)
    at = models.DateTimeField(db_default=Now())
    by = models.CharField(max_length=200, db_default="system")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "principal", "effect", "origin"], name="a_grant_is_once")]
        indexes = [models.Index(fields=["principal", "effect"], name="grants_by_principal")]


class Page(models.Model):
    """One page of a generation's text; the document's text is its pages joined by two line breaks."""

    tenant_id = OwnTenant()
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="pages")
    generation = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    """From 1; where the format has no pages, the only one."""
    heading = models.TextField(blank=True)
    start = models.PositiveIntegerField()
    """Its offset in the document's text, in characters."""
    text = models.TextField()
    blocks = models.JSONField(default=list)
    """[[kind, start, end, level, header_end], …]: offsets into this page's text."""

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["document", "generation", "number"], name="a_page_is_once_in_a_generation")]


class Chunk(models.Model):
    """A passage as it is indexed. Its id, a UUIDv5 of tenant, document, generation and ordinal, is its point's id."""

    id = models.UUIDField(primary_key=True, editable=False)
    tenant_id = OwnTenant()
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="chunks")
    generation = models.PositiveIntegerField()
    ordinal = models.PositiveIntegerField()
    page = models.PositiveIntegerField()
    heading = models.TextField(blank=True)
    """The headings above it, outermost first, joined by " › "."""
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    text = models.TextField()
    """The document's text from start to end, to the letter."""
    table_header = models.TextField(blank=True)
    """The header row of the table that the chunk starts inside."""

    class Meta:
        ordering = ["ordinal"]
        indexes = [models.Index(fields=["document", "generation", "ordinal"], name="chunks_in_order")]


class Restriction(models.Model):
    """What was denied or narrowed of a document that left, until its source goes; documents.restrictions."""

    tenant_id = OwnTenant()
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="+")
    address = models.CharField(max_length=64)
    """SHA-256 of the document's address."""
    sha256 = models.CharField(max_length=64)
    narrowed = models.BooleanField()
    grants = models.JSONField()
    """[[principal, effect, origin, by], …]"""
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["source", "address"], name="restrictions_by_address"),
            models.Index(fields=["source", "sha256"], name="restrictions_by_bytes"),
        ]


class DeletionReceipt(models.Model):
    """What an auditor is shown of a deletion: counts for each store, no text. No foreign keys: it outlives its subject."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.UUIDField(db_index=True)
    subject = models.CharField(max_length=120)
    at = models.DateTimeField(auto_now_add=True)
    counts = models.JSONField()
    hash = models.CharField(max_length=64)
