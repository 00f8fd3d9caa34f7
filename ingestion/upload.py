"""Files that people drop on the page: into a source of their own, or one that their whole company reads.

UploadRefused            each with a stable code, an HTTP status and one sentence
├── EmptyFile            empty_file    422
├── TooLarge             too_large     413
├── Unsupported          unsupported   415
├── NotAllowed           not_allowed   403
└── DiskFull             disk_full     507
"""

import errno
import hashlib
import mimetypes
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from access import principals
from access.roles import Permission
from access.viewer import Viewer
from audit.actions import record
from documents import actions as documents
from documents.models import Document
from identity.models import User
from ingestion.connectors.base import Change
from ingestion.doorbell import ring_processing
from ingestion.extract.sniff import EXTENSIONS
from ingestion.sync import incoming
from sources import actions as sources
from sources.models import Source
from tenants.models import Tenant

KIND = "upload"
SHARED_NAME = "Uploads"
LONGEST_NAME = 200
UNNAMED = "Untitled"


class UploadRefused(Exception):
    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 422

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class EmptyFile(UploadRefused):
    code = "empty_file"


class TooLarge(UploadRefused):
    code, status = "too_large", 413


class Unsupported(UploadRefused):
    code, status = "unsupported", 415


class NotAllowed(UploadRefused):
    code, status = "not_allowed", 403


class DiskFull(UploadRefused):
    code, status = "disk_full", 507


@dataclass(frozen=True, slots=True)
class Received:
    document: UUID
    already_present: bool
    """The same bytes were there before, under this name or another."""


def receive(*, viewer: Viewer, name: str, data: bytes, shared: bool = False) -> Received:
    """Stores the file and rings; a worker makes it answerable. The same name with other bytes is a new version of it.

    `shared`: everyone of the tenant may read it, else only the viewer. Raises an UploadRefused.
    """
    shown = cleaned(name)
    _check(viewer, shown, data, shared)
    digest = hashlib.sha256(data).hexdigest()
    with transaction.atomic():
        source = _source(viewer, shared)
        Source.objects.select_for_update().get(id=source.id)
        present = Document.objects.filter(source=source, sha256=digest, removed_at=None).values_list("id", flat=True).first()
        if present:
            return Received(present, already_present=True)
        document = _store(source, shown, data, digest)
        detail = {"source": str(source.id), "size": len(data)}
        actor = f"user:{viewer.user_id}"
        record(action="document.uploaded", tenant=source.tenant_id, actor=actor, object=f"document:{document}", detail=detail)
    return Received(document, already_present=False)


def cleaned(name: str) -> str:
    """A name to show: the last part of any path, without control and direction characters, of bearable length."""
    last = PurePosixPath(name.replace("\\", "/")).name
    printable = "".join(sign for sign in unicodedata.normalize("NFC", last) if unicodedata.category(sign)[0] != "C")
    path = PurePosixPath(" ".join(printable.split()).lstrip(".") or UNNAMED)
    suffix = path.suffix[:20]
    return path.name.removesuffix(path.suffix)[: LONGEST_NAME - len(suffix)] + suffix


def _check(viewer: Viewer, name: str, data: bytes, shared: bool) -> None:
    wanted = Permission.SHARE_UPLOADS if shared else Permission.UPLOAD
    if wanted not in viewer.permissions or viewer.user_id is None:
        raise NotAllowed("Your role does not allow this upload. Ask an administrator.")
    if not data:
        raise EmptyFile(f"{name} is empty.")
    if len(data) > settings.UPLOAD_LIMIT_BYTES:
        raise TooLarge(f"{name} has {len(data):,} bytes; the limit is {settings.UPLOAD_LIMIT_BYTES:,}.")
    suffix = PurePosixPath(name).suffix.lower()
    if suffix and suffix not in EXTENSIONS:
        raise Unsupported(f"{suffix} files are not read. Text, Markdown, HTML, PDF, DOCX and CSV are.")


def _source(viewer: Viewer, shared: bool) -> Source:
    """Found by its owner, not by its name, which shows an e-mail address that may change."""
    owner = None if shared else str(viewer.user_id)
    found = Source.objects.filter(tenant=viewer.tenant_id, kind=KIND, config={"owner": owner}).first()
    if found:
        return found
    name = SHARED_NAME if shared else f"{SHARED_NAME} of {User.objects.get(id=str(viewer.user_id)).email}"
    reader = principals.everyone(viewer.tenant_id) if owner is None else f"user:{owner}"
    tenant = Tenant.objects.get(id=viewer.tenant_id)
    source, _ = sources.ensure(tenant=tenant, name=name, kind=KIND, config={"owner": owner}, access=[reader], by=f"user:{viewer.user_id}")
    return source


def _store(source: Source, name: str, data: bytes, digest: str) -> UUID:
    change = Change(uri=name, media_type=mimetypes.guess_type(name)[0] or "", modified=timezone.now(), size=len(data), read=lambda: data)
    try:
        item = incoming(change, data, digest)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise DiskFull("The disk is full. Nothing was stored; tell an administrator.") from error
    [document] = documents.save(source=source, incoming=[item])
    ring_processing()
    return document
