"""What happens while a question is answered, in the order in which a face shows it."""

from dataclasses import dataclass, field
from uuid import UUID

from documents.queries import Passage
from retrieval.citations import Citation

MODEL, EXTRACTIVE, ABSTAINED = "model", "extractive", "abstained"
ABSTENTION = "Nothing in the documents you can read answers this."


@dataclass(frozen=True, slots=True)
class Sources:
    """The passages that were found, best first: before any word of an answer."""

    passages: tuple[Passage, ...]
    milliseconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Thinking:
    """A piece of the model's reasoning; no part of the answer, and not kept."""

    text: str


@dataclass(frozen=True, slots=True)
class Token:
    """The next piece of the answer, Markdown with markers such as [1]."""

    text: str


@dataclass(frozen=True, slots=True)
class Citations:
    """What the markers of the answer stand for. `closest`: with an abstention, the passages nearest to the question, which do not
    answer it and are shown apart."""

    citations: tuple[Citation, ...]
    closest: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """The end of a turn that was kept. `interrupted`: the model stopped half-way. `note`: one sentence where something is less than
    it should be, such as a model that does not answer."""

    mode: str
    milliseconds: dict[str, float]
    message_id: UUID
    conversation_id: UUID
    interrupted: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """The end of a turn without an answer; what was shown of one is taken back. `reference` finds it in the log."""

    code: str
    message: str
    reference: str


Event = Sources | Thinking | Token | Citations | Done | Failed
