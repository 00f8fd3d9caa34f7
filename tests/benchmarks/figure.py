"""One figure of the table that `make bench` prints."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    name: str
    value: float
    goal: float
    unit: str = ""
    at_most: bool = False
    """Whether the goal is a ceiling (milliseconds) or a floor (nDCG)."""
    note: str = ""

    @property
    def met(self) -> bool:
        return self.value <= self.goal if self.at_most else self.value >= self.goal
