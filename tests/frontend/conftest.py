"""Doors for the face's tests: the application as uvicorn serves it, called in-process, and people with sessions of their own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest
from celery import current_app
from celery.app import routes
from django.test import Client

from access import principals
from conversations import actions as conversations
from conversations.models import Message
from documents import blobs
from documents.models import Document, Grant, Page
from frontend.portal.pictures import pictures
from identity import queries as identity
from identity.models import User
from ingestion.extract.model import Extracted
from ingestion.extract.pool import Extractor
from sources.models import Source
from tenants import scope
from tests.factories.cast import Cast, make_cast

ADDRESS = "http://testserver"


@dataclass(frozen=True)
class Scene:
    """The owner, in the group `staff`, reads a document of that group, has asked something, and has dropped a file."""

    cast: Cast
    document: Document
    message: Message
    upload: Document


@pytest.fixture(scope="session")
def extractor() -> Iterator[Extractor]:
    with Extractor() as open_extractor:
        yield open_extractor
    pictures.close()


@pytest.fixture(autouse=True)
def asked_leak_tests(services: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[list[str]]]]:
    """The arguments of the leak tests that were asked for. They lie in a queue that no worker hears: it would run each for minutes."""
    name = f"unheard-{uuid4().hex}"
    unheard = routes.prepare({"config.tasks.run_leaktest": {"queue": name}})
    monkeypatch.setattr(current_app.amqp.router, "routes", unheard)
    with current_app.connection_for_write() as connection:
        queue = connection.SimpleQueue(name)
        yield lambda: [queue.get_nowait().payload[0] for _ in range(queue.qsize())]
        queue.clear()
        queue.close()


@pytest.fixture
def cast(committed: None) -> Cast:
    return make_cast()


@pytest.fixture
def scene(cast: Cast, extractor: Extractor) -> Scene:
    staff = principals.group(identity.groups_named(cast.tenant, ["staff"])[0].id)
    document = keep(cast, Paper("rules.pdf", one_page_pdf("Lamps are lit at nine."), "application/pdf"), [staff], extractor)
    message = conversations.start(viewer=cast.viewer(cast.owner), question="When are lamps lit?")
    conversations.finish(
        viewer=cast.viewer(cast.owner), message=message, answered=conversations.Answered("At nine.", "extractive"), face="portal"
    )
    upload = keep(cast, Paper("mine.md", b"# Mine\n\nOnly mine.", "text/markdown"), [principals.user(cast.owner.id)], extractor, own=True)
    return Scene(cast, document, message, upload)


@pytest.fixture
def visit() -> Callable[[User | None], httpx.AsyncClient]:
    """A browser of this person, with session and CSRF token; None is nobody."""
    from config.asgi import application

    def enter(person: User | None) -> httpx.AsyncClient:
        client = Client()
        if person is not None:
            client.force_login(person)
        client.get("/sign-in")
        cookies = {name: morsel.value for name, morsel in client.cookies.items()}
        headers = {"X-CSRFToken": cookies["csrftoken"], "Origin": ADDRESS}
        return httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url=ADDRESS, cookies=cookies, headers=headers)

    return enter


@dataclass(frozen=True)
class Paper:
    name: str
    data: bytes
    media_type: str


@scope.of("cast")
def keep(cast: Cast, paper: Paper, readers: list[str], extractor: Extractor, *, own: bool = False) -> Document:
    """A document that is ready, made without the worker: read by the real extractor, kept by hand."""
    read = extractor.extract(paper.data, name=paper.name, media_type=paper.media_type)
    config = {"owner": str(cast.owner.id)} if own else {}
    source, _ = Source.objects.get_or_create(
        tenant=cast.tenant,
        name="Mine" if own else "Rules",
        kind="upload" if own else "folder",
        defaults={"config": config, "access": readers},
    )
    document = Document.objects.create(
        tenant=cast.tenant,
        source=source,
        uri=paper.name,
        title=read.title or paper.name,
        media_type=paper.media_type,
        blob=blobs.write(paper.data),
        sha256="0" * 64,
        size=len(paper.data),
        modified=datetime(2026, 1, 12, tzinfo=UTC),
        paged=read.paged,
        page_count=len(read.pages),
        state=Document.State.READY,
        generation=1,
    )
    Grant.objects.bulk_create(Grant(document=document, principal=reader) for reader in readers)
    _keep_pages(document, read)
    return document


def _keep_pages(document: Document, read: Extracted) -> None:
    start = 0
    for page in read.pages:
        blocks = [[block.kind, block.start, block.end, block.level, block.header_end] for block in page.blocks]
        Page.objects.create(document=document, generation=1, number=page.number, start=start, text=page.text, blocks=blocks)
        start += len(page.text) + 2


def one_page_pdf(words: str) -> bytes:
    from io import BytesIO

    from reportlab.pdfgen.canvas import Canvas

    paper = BytesIO()
    canvas = Canvas(paper)
    canvas.drawString(72, 720, words)
    canvas.save()
    return paper.getvalue()
