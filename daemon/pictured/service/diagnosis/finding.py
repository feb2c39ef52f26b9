"""What was found, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How it is."""

    GOOD = "good"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence on one thing. What is wrong, or worth a note, has a second one with what to do."""

    subject: str
    state: State
    text: str
    advice: str | None = None


def good(subject: str, text: str) -> Finding:
    """Something is as it should be."""
    return Finding(subject, State.GOOD, text)


def note(subject: str, text: str, advice: str) -> Finding:
    """Something works, but not as well as it could."""
    return Finding(subject, State.NOTE, text, advice)


def wrong(subject: str, text: str, advice: str) -> Finding:
    """Something does not work."""
    return Finding(subject, State.WRONG, text, advice)
