"""One question with its answer as the page shows it, whether it is being written now or was kept."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.utils.safestring import SafeString, mark_safe

from frontend.ui.citing import Cited

State = Literal["searching", "reading", "thinking", "writing", "checked", "degraded", "abstained", "interrupted", "failed", "masked"]
NO_ANSWER = mark_safe("")
UNDERWAY: frozenset[State] = frozenset({"searching", "reading", "thinking", "writing"})


@dataclass(frozen=True, slots=True)
class Failure:
    message: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    question: str
    state: State
    mode: str = ""
    note: str = ""
    """What is less than it should be, in one sentence."""
    answer: SafeString = NO_ANSWER
    citations: tuple[Cited, ...] = ()
    closest: tuple[Cited, ...] = ()
    passages: int = 0
    search_ms: float | None = None
    thinking: str = ""
    thought_ms: float | None = None
    message_id: UUID | None = None
    helpful: bool | None = None
    failure: Failure | None = None

    @property
    def finished(self) -> bool:
        return self.state not in UNDERWAY

    @property
    def answerable(self) -> bool:
        """Whether there is something to judge or to copy."""
        return self.state in ("checked", "degraded", "abstained", "interrupted") and bool(self.answer)

    @property
    def documents(self) -> int:
        return len({cited.document for cited in self.citations})
