"""What a search ends in: a content, and what is proven of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pictured.flow import Kind, Transform


@dataclass(frozen=True, slots=True)
class Found:
    """A content that is proven to be related to the query's content. See `flow.Match` for the rest."""

    content: int
    kind: Kind
    confidence: float
    transform: Transform
    shown: float = 1.0
    alike: float = 1.0
    framed: float = 0.0
    measures: Mapping[str, float] = field(default_factory=dict)
