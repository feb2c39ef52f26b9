from pathlib import Path

import pytest
import pyvips

from pictured.errors import Refused
from pictured.imaging.operations.embed import Embed
from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.embedding import embedded
from pictured.imaging.rendering.envelopes import opened
from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.traits import Traits


@pytest.fixture
def canvas() -> Canvas:
    traits = Traits("JPEG", 8, 8, 1, 1, 8, "rgb", False, False, None, None, 0, {})
    return Canvas(pyvips.Image.black(8, 8), Path("a.jpg"), traits, Metadata(payload=b"older"))


def test_a_text_is_put_into_the_metadata_and_no_pixel_touched(canvas: Canvas) -> None:
    made = embedded(canvas, Embed(text="von Zoë"))
    assert opened(made.metadata.payload or b"", None) == "von Zoë".encode()
    assert not made.touched
    assert made.notes[0].told == {"bytes": 8, "encrypted": False}


def test_a_file_is_encrypted_with_a_key_file(canvas: Canvas, tmp_path: Path) -> None:
    data, key = tmp_path / "data", tmp_path / "key"
    data.write_bytes(b"\0\1\2")
    key.write_bytes(bytes(range(32)))
    made = embedded(canvas, Embed(file=str(data), key_file=str(key)))
    assert opened(made.metadata.payload or b"", bytes(range(32))) == b"\0\1\2"


def test_missing_and_long_files_are_refused(canvas: Canvas, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"the data file .*none cannot be read"):
        embedded(canvas, Embed(file=str(tmp_path / "none")))
    with pytest.raises(Refused, match=r"the key file .*none cannot be read"):
        embedded(canvas, Embed(text="a", key_file=str(tmp_path / "none")))
    (tmp_path / "long").write_bytes(bytes(65537))
    with pytest.raises(Refused, match="more than 65536 bytes"):
        embedded(canvas, Embed(file=str(tmp_path / "long")))
