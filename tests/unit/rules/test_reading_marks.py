from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pictured.disk.reading import stamp_of
from pictured.errors import Changed, Refused
from pictured.imaging.limits import DecodingLimits
from pictured.marking.embedding import embed
from pictured.rules.reading_marks import read_mark

KEY = bytes(range(32))
LIMITS = DecodingLimits(pixels=10_000_000, memory=200_000_000)


def test_a_mark_is_read_from_a_file(photo: Callable[[str], Image.Image], tmp_path: Path) -> None:
    file = tmp_path / "a.jpg"
    marked = embed(np.asarray(photo("china")), KEY, b"secret").picture
    Image.fromarray(marked).save(file, quality=80)
    assert read_mark(file, stamp_of(file), b"secret", LIMITS).key == KEY
    assert read_mark(file, stamp_of(file), None, LIMITS).key is None


def test_errors_name_the_file(tmp_path: Path) -> None:
    file = tmp_path / "a.jpg"
    file.write_text("no picture at all, but text")
    with pytest.raises(Refused, match=r"a\.jpg is not a picture"):
        read_mark(file, stamp_of(file), None, LIMITS)
    before = stamp_of(file)
    file.write_text("other text")
    with pytest.raises(Changed):
        read_mark(file, before, None, LIMITS)
