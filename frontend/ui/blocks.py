"""Cuts a growing text into blocks that are finished and the part of the last one that can be shown without being taken back."""

import re

_SENTENCE_END = re.compile(r"[.!?:;](?:\s*\[\d{1,2}\])*[)\"”']*(?=\s)|\n")
_FENCE = re.compile(r"^\s{0,3}```", re.MULTILINE)


class Blocks:
    def __init__(self) -> None:
        self._open = ""

    def add(self, text: str) -> list[str]:
        """The blocks that this finishes."""
        self._open += text
        finished: list[str] = []
        while (cut := self._end_of_block()) is not None:
            finished.append(self._open[:cut])
            self._open = self._open[cut:].lstrip("\n")
        return [block for block in finished if block.strip()]

    def settled(self) -> str:
        """The open block up to the end of its last sentence; nothing of a table, of code or inside an unclosed emphasis."""
        if self._open.lstrip().startswith(("|", "```")) or " | " in self._open:
            return ""
        ends = [found.end() for found in _SENTENCE_END.finditer(self._open)]
        shown = self._open[: ends[-1]] if ends else ""
        return shown if shown.count("**") % 2 == 0 and shown.count("`") % 2 == 0 else ""

    def rest(self) -> str:
        rest, self._open = self._open, ""
        return rest

    def _end_of_block(self) -> int | None:
        for found in re.finditer(r"\n[ \t]*\n", self._open):
            if len(_FENCE.findall(self._open[: found.start()])) % 2 == 0:
                return found.end()
        return None
