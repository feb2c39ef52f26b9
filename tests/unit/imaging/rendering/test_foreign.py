import os
from pathlib import Path

import pytest
from PIL import Image

from pictured.errors import Refused, Truncated
from pictured.imaging.rendering.foreign import opened
from pictured.imaging.traits import Traits


def known(kind: str, bit_depth: int = 8) -> Traits:
    return Traits(kind, 20, 10, 1, 1, bit_depth, "rgb", False, False, None, None, 0, {})


def descriptor(path: Path) -> int:
    return os.open(path, os.O_RDONLY)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_pixels_are_those_of_pillow(tmp_path: Path, mode: str) -> None:
    image = Image.linear_gradient("L").resize((20, 10)).convert("RGB").convert(mode)
    image.save(tmp_path / "a.bmp")
    made = opened(descriptor(tmp_path / "a.bmp"), known("BMP"))
    expected = image.convert({"1": "L", "P": "RGB"}.get(mode, mode))
    assert bytes(made.write_to_memory()) == expected.tobytes()


def test_sixteen_bits_stay(tmp_path: Path) -> None:
    image = Image.frombytes("I;16", (4, 1), bytes([1, 2, 3, 4, 255, 255, 0, 128]))
    image.save(tmp_path / "a.ppm")
    made = opened(descriptor(tmp_path / "a.ppm"), known("PPM", 16))
    assert (made.format, made.interpretation) == ("ushort", "grey16")
    assert bytes(made.write_to_memory()) == image.tobytes()


def test_heic_of_ten_bits_keeps_them(tmp_path: Path) -> None:
    heif = pytest.importorskip("pillow_heif")
    row = b"".join((each * 1024).to_bytes(2, "little") * 3 for each in range(64))
    heif.encode("RGB;16", (64, 64), row * 64, tmp_path / "a.heic", quality=-1)
    made = opened(descriptor(tmp_path / "a.heic"), known("HEIF", 10))
    assert (made.width, made.height, made.format, made.interpretation) == (64, 64, "ushort", "rgb16")
    assert made.crop(32, 0, 1, 1).avg() == pytest.approx(32 * 1024, rel=0.02)


def test_what_is_cut_off_is_told(tmp_path: Path) -> None:
    Image.new("RGB", (20, 10)).save(tmp_path / "a.bmp")
    (tmp_path / "a.bmp").write_bytes((tmp_path / "a.bmp").read_bytes()[:300])
    with pytest.raises(Truncated, match="ends before"):
        opened(descriptor(tmp_path / "a.bmp"), known("BMP"))


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.bmp").write_bytes(b"no picture")
    with pytest.raises(Refused, match="cannot be decoded"):
        opened(descriptor(tmp_path / "a.bmp"), known("BMP"))
