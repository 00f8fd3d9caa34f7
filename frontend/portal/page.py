"""What the ask page needs around its turns."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings

from access.permissions import allows
from access.roles import Permission
from conversations.models import Conversation
from documents import queries as documents
from frontend.portal import demo, history
from frontend.ui.console import may_enter
from frontend.ui.turns import Failure, Turn
from frontend.ui.viewer import Reader
from tenants.scope import within

FILE_KINDS = "PDF, Word, Markdown, HTML, text and CSV"
LOST = Failure("The connection was lost before the answer was complete. Your question is kept; ask again.")


def context(reader: Reader, *, conversation: Conversation | None = None, turns: Sequence[Turn] = (), ask_now: str = "") -> dict[str, Any]:
    """`ask_now` is a question that the page asks as soon as it is there."""
    shown = demo.installed()
    with within(reader.tenant.id):
        conversations, readable = history.days(reader.viewer), documents.visible_to(reader.viewer).count()
    in_demo = shown.has(reader.user.email)
    return {
        "reader": reader,
        "user": reader.user,
        "tenant": reader.tenant,
        "other_tenants": [tenant for tenant in reader.tenants if tenant.id != reader.tenant.id],
        "conversation": conversation,
        "conversations": conversations,
        "turns": turns,
        "ask_now": ask_now,
        "last_question": turns[-1].question if turns else ask_now,
        "readable": readable,
        "demo_persons": shown.persons if in_demo else (),
        "demo_starters": shown.starters if in_demo else (),
        "may_share": allows(reader.viewer, Permission.SHARE_UPLOADS),
        "console": may_enter(reader.viewer),
        "question_limit": settings.QUESTION_LIMIT_CHARACTERS,
        "upload_limit": settings.UPLOAD_LIMIT_BYTES,
        "upload_limit_mb": settings.UPLOAD_LIMIT_BYTES // 1024**2,
        "file_kinds": FILE_KINDS,
        "new_turn": Turn(question="", state="searching"),
        "lost_turn": Turn(question="", state="interrupted", failure=LOST),
    }
