"""Files that people drop on the page: into a source of their own, or one that their whole company reads.

UploadRefused            each with a stable code, an HTTP status and one sentence
├── EmptyFile            empty_file    422
├── TooLarge             too_large     413
├── Unsupported          unsupported   415
├── NotAllowed           not_allowed   403
├── NameTaken            name_taken    409
└── DiskFull             disk_full     507
"""

import errno
import hashlib
import itertools
import mimetypes
import secrets
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from access import permissions, principals
from access.roles import Permission
from access.viewer import Viewer
from audit.actions import record
from documents import actions as documents
from documents.models import Document
from documents.queries import granted_to
from identity.models import User
from ingestion.connectors.base import Change
from ingestion.doorbell import ring_processing
from ingestion.extract.sniff import EXTENSIONS
from ingestion.sync import incoming
from sources import actions as sources
from sources.models import Source
from tenants.models import Tenant
from tenants.scope import within

KIND = "upload"
SHARED_NAME = "Uploads"
LONGEST_NAME = 200
LONGEST_SOURCE_NAME = 180
"""With room for a number behind it."""
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


class NameTaken(UploadRefused):
    code, status = "name_taken", 409


class DiskFull(UploadRefused):
    code, status = "disk_full", 507


@dataclass(frozen=True, slots=True)
class Received:
    document: UUID
    already_present: bool
    """The same bytes were there before, under this name or another, and the viewer may read them."""


def receive(*, viewer: Viewer, name: str, data: bytes, shared: bool = False) -> Received:
    """Stores the file and rings; a worker makes it answerable. The same name with other bytes is a new version of it.

    `shared`: everyone of the tenant may read it, else only the viewer. What the viewer may not read is neither replaced nor told of:
    beside it, the file is a document of its own. Raises an UploadRefused.
    """
    shown = cleaned(name)
    _check(viewer, shown, data, shared)
    digest = hashlib.sha256(data).hexdigest()
    with within(viewer.tenant_id):
        source = _source(viewer, shared)
        Source.objects.select_for_update().get(id=source.id)
        mine = granted_to(viewer).filter(source=source)
        if present := mine.filter(sha256=digest).values_list("id", flat=True).first():
            return Received(present, already_present=True)
        document = _store(source, _address(mine, source, shown), data, digest)
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
    if viewer.user_id is None or not permissions.allows(viewer, wanted):
        raise NotAllowed("Your role does not allow this upload. Ask an administrator.")
    if not data:
        raise EmptyFile(f"{name} is empty.")
    if len(data) > settings.UPLOAD_LIMIT_BYTES:
        raise TooLarge(f"{name} has {len(data):,} bytes; the limit is {settings.UPLOAD_LIMIT_BYTES:,}.")
    suffix = PurePosixPath(name).suffix.lower()
    if suffix and suffix not in EXTENSIONS:
        raise Unsupported(f"{suffix} files are not read. Text, Markdown, HTML, PDF, DOCX and CSV are.")


def _source(viewer: Viewer, shared: bool) -> Source:
    """Found by its owner, never by its name: a name shows a person, and another person may come to be called the same."""
    owner = None if shared else viewer.user_id
    own = Source.objects.filter(tenant=viewer.tenant_id, kind=KIND, config=_config(owner)).order_by("created")
    if found := own.first():
        return found
    tenant = Tenant.objects.select_for_update().get(id=viewer.tenant_id)  # two first uploads at once make one source
    return own.first() or _made(viewer, tenant, owner)


def _made(viewer: Viewer, tenant: Tenant, owner: UUID | None) -> Source:
    reader = principals.everyone(tenant.id) if owner is None else principals.user(owner)
    name = _free_name(tenant, SHARED_NAME if owner is None else f"{SHARED_NAME} of {User.objects.get(id=owner)}")
    by = f"user:{viewer.user_id}"
    try:
        source, _ = sources.ensure(tenant=tenant, name=name, kind=KIND, config=_config(owner), access=[reader], by=by)
    except sources.OtherKind as error:
        raise NameTaken(f"A source named {name!r} was made just now. Upload the file again.") from error
    return source


def _config(owner: UUID | None) -> dict[str, str | None]:
    return {"owner": str(owner) if owner else None}


def _free_name(tenant: Tenant, wanted: str) -> str:
    """An upload never moves into a source that is there, whoever may read that one."""
    wanted = wanted[:LONGEST_SOURCE_NAME]
    taken = set(Source.objects.filter(tenant=tenant, name__startswith=wanted).values_list("name", flat=True))
    numbered = (f"{wanted} ({number})" for number in itertools.count(2))
    return next(name for name in itertools.chain([wanted], numbered) if name not in taken)


def shown_name(address: str) -> str:
    """The name that the file was given; a name has no slash."""
    return address.rpartition("/")[2]


def _address(mine: QuerySet[Document], source: Source, name: str) -> str:
    """That of the newest document of this name that the viewer may read, or one that is free. In a shared source it says never whether
    somebody else's document has the name: each gets a folder of its own."""
    same = mine.filter(Q(uri=name) | Q(uri__endswith=f"/{name}")).order_by("-created")
    if there := same.values_list("uri", flat=True).first():
        return there
    own = source.config.get("owner") is not None
    if own and not Document.objects.filter(source=source, uri=name, removed_at=None).exists():
        return name
    return f"{secrets.token_hex(8)}/{name}"


def _store(source: Source, uri: str, data: bytes, digest: str) -> UUID:
    change = Change(uri=uri, media_type=mimetypes.guess_type(uri)[0] or "", modified=timezone.now(), size=len(data), read=lambda: data)
    try:
        item = incoming(change, data, digest)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise DiskFull("The disk is full. Nothing was stored; tell an administrator.") from error
    [document] = documents.save(source=source, incoming=[item], by_a_person=True)
    ring_processing()
    return document
