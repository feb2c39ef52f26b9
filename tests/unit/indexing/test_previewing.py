from collections.abc import Callable
from pathlib import Path

import pytest

from pictured.disk.reading import stamp_of
from pictured.errors import Changed, Refused
from pictured.imaging.limits import DecodingLimits
from pictured.indexing.previewing import preview

LIMITS = DecodingLimits(pixels=10**7, memory=10**9)


def test_a_file_is_drawn(tmp_path: Path, draw: Callable[..., Path]) -> None:
    file = draw(tmp_path / "a.jpg", "coffee", width=300)
    found = preview(file, stamp_of(file), LIMITS, side=100, most=10_000)

    assert (found.width, found.whole[0]) == (100, 300)


def test_a_file_that_changed_or_is_no_picture_is_named(tmp_path: Path, draw: Callable[..., Path]) -> None:
    file = draw(tmp_path / "a.jpg", "coffee", width=300)
    stamp = stamp_of(file)
    file.write_bytes(b"something else")

    with pytest.raises(Changed, match=r"a\.jpg"):
        preview(file, stamp, LIMITS, side=100, most=10_000)
    with pytest.raises(Refused, match=r"a\.jpg is not a picture"):
        preview(file, stamp_of(file), LIMITS, side=100, most=10_000)
