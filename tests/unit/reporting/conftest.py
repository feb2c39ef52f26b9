"""Matches of drawn-up files."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pictured.flow import Detail, Fingerprint, Kind, Match, Picture, Stamp, Transform


def _match(
    path: str = "/l/a.jpg",
    transform: Transform | None = None,
    *,
    size: tuple[int, int] = (400, 300),
    kind: Kind = Kind.SAME,
    digest: bytes | None = None,
    count: int = 1000,
    detail: Detail | None = None,
) -> Match:
    content = Fingerprint(
        digest or path.encode(errors="surrogateescape"), count, *size, "JPEG", "RGB", 8, 1, 3.25, None, None,
        ("exif",), bytes(32), b"", b"", b"",
    )  # fmt: skip
    picture = Picture(Path(path), Stamp(count, 10**18, 1), content)
    return Match(picture, kind, 0.95, transform or Transform(), measures={"ssim": 0.98765432}, detail=detail)


@pytest.fixture(scope="session")
def match() -> Callable[..., Match]:
    """Make a match: its path, its transform, and by name what differs from the usual."""
    return _match
