from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import pyvips
from PIL import Image

from pictured.errors import Refused
from pictured.imaging.operations.invisible_mark import InvisibleMark
from pictured.imaging.rendered import Order
from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.chain import rendered
from pictured.imaging.rendering.marking import marked
from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.traits import Traits
from pictured.marking.reading import read

KEY = bytes(range(32))
Photo = Callable[[str], Image.Image]


def canvas(pixels: np.ndarray, interpretation: str = "srgb") -> Canvas:
    height, width = pixels.shape[:2]
    traits = Traits("PNG", width, height, 1, 1, 8 * pixels.itemsize, "rgb", False, False, None, None, 0, {})
    return Canvas(pyvips.Image.new_from_array(pixels, interpretation=interpretation), Path("a.png"), traits, Metadata())


@pytest.fixture
def picture(photo: Photo) -> np.ndarray:
    return np.asarray(photo("china").resize((420, 280)))


def told(found: Canvas) -> dict[str, object]:
    return dict(found.notes[-1].told)


def test_a_picture_gets_its_mark(picture: np.ndarray) -> None:
    found = marked(canvas(picture), InvisibleMark(key=KEY))
    assert read(found.image.numpy()).key == KEY
    assert found.touched
    assert told(found)["key"] == KEY.hex()
    assert told(found)["replaced"] is None


@pytest.mark.parametrize("form", ["grey", "grey16", "alpha"])
def test_depth_bands_and_alpha_stay(form: str, picture: np.ndarray) -> None:
    alpha = np.full((*picture.shape[:2], 1), 77, np.uint8)
    pixels, kind = {
        "grey": (picture[..., 0], "b-w"),
        "grey16": (picture[..., 0].astype(np.uint16) * 257, "grey16"),
        "alpha": (np.dstack([picture, alpha]), "srgb"),
    }[form]
    found = marked(canvas(pixels, kind), InvisibleMark(key=KEY)).image
    assert (found.format, found.interpretation) == (canvas(pixels, kind).image.format, kind)
    assert found.numpy().shape == pixels.shape
    assert read(found.numpy()).key == KEY
    if form == "alpha":
        assert (found.numpy()[..., 3] == 77).all()


def test_the_orientation_is_applied_first(picture: np.ndarray) -> None:
    found = marked(replace(canvas(picture), orientation=6), InvisibleMark(key=KEY))
    assert (found.image.width, found.image.height, found.orientation) == (280, 420, 1)


def test_a_random_key_is_told(picture: np.ndarray) -> None:
    found = marked(canvas(picture), InvisibleMark(bits=128))
    reading = read(found.image.numpy())
    assert reading.key is not None
    assert told(found)["key"] == reading.key.hex()
    assert reading.bits == 128


def test_key_and_secret_come_from_files(picture: np.ndarray, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY.hex() + "\n")
    (tmp_path / "secret").write_bytes(b"secret\n")
    operation = InvisibleMark(key_file=str(tmp_path / "key"), secret_file=str(tmp_path / "secret"))
    pixels = marked(canvas(picture), operation).image.numpy()
    assert read(pixels, b"secret").key == KEY
    assert read(pixels).key is None


def test_a_marked_picture_is_marked_again_only_when_asked(picture: np.ndarray) -> None:
    first = marked(canvas(picture), InvisibleMark(key=KEY))
    with pytest.raises(Refused, match=f"has the mark {KEY.hex()} already"):
        marked(first, InvisibleMark(key=bytes(32)))
    again = marked(first, InvisibleMark(key=bytes(32), replace=True))
    assert told(again)["replaced"] == KEY.hex()
    assert read(again.image.numpy()).key == bytes(32)


def test_everyday_damage_is_rehearsed(picture: np.ndarray) -> None:
    found = told(marked(canvas(picture), InvisibleMark(key=KEY, on_weak="fail")))
    assert found["weak"] is False
    assert set(found["margins_db"]) == {"jpeg", "turned", "cut"}  # type: ignore[call-overload]


def test_a_weak_mark_is_refused_or_given_fewer_bits(picture: np.ndarray) -> None:
    small = canvas(np.ascontiguousarray(picture[60:220, 100:320]))
    with pytest.raises(Refused, match="lose its mark to everyday damage; try fewer"):
        marked(small, InvisibleMark(key=KEY, on_weak="fail"))
    key = str(told(marked(small, InvisibleMark(key=KEY, on_weak="fewer_bits")))["key"])
    assert KEY.hex().startswith(key)
    assert len(key) < 64


def test_a_weak_mark_is_kept_and_told_where_that_is_asked(picture: np.ndarray) -> None:
    small = np.ascontiguousarray(picture[60:220, 100:320])
    found = marked(canvas(small), InvisibleMark(key=KEY, on_weak="warn"))
    assert told(found)["weak"] is True
    assert told(found)["key"] == KEY.hex()


def test_without_a_wish_a_jpeg_is_rehearsed_for_a_small_margin_only(picture: np.ndarray) -> None:
    assert "weak" not in told(marked(canvas(picture), InvisibleMark(key=KEY)))
    found = told(marked(canvas(np.zeros((384, 512, 3), np.uint8)), InvisibleMark(key=KEY)))
    assert set(found["margins_db"]) == {"jpeg"}  # type: ignore[call-overload]
    assert found["weak"] is True


def test_no_thumbnail_shows_the_picture_without_its_mark(picture: np.ndarray, every: Metadata, tmp_path: Path) -> None:
    file = tmp_path / "a.jpg"
    Image.fromarray(picture).save(file, exif=b"Exif\0\0" + (every.exif or b""))
    assert b"a thumbnail" in file.read_bytes()
    traits = Traits("JPEG", 420, 280, 6, 1, 8, "rgb", False, False, 75, "4:2:0", file.stat().st_size, {})
    [made] = rendered(Order(file, traits, (InvisibleMark(key=KEY[:8]),), tmp_path)).made
    assert b"a thumbnail" not in made.file.read_bytes()
    with Image.open(made.file) as image:
        assert image.getexif()[0x013B] == "Ann"


@pytest.mark.parametrize(
    ("pixels", "interpretation", "reason"),
    [
        (np.full((200, 300, 3), 255, np.uint8), "srgb", "too plain or too small to hide 256 bits; try fewer"),
        (np.zeros((100, 300, 3), np.uint8), "srgb", "smaller than 128 pixels a side"),
        (np.zeros((200, 300, 4), np.uint8), "cmyk", "is CMYK"),
    ],
)
def test_what_cannot_be_marked_is_refused(pixels: np.ndarray, interpretation: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        marked(canvas(pixels, interpretation), InvisibleMark(key=KEY))


def test_animations_are_refused() -> None:
    frames = canvas(np.zeros((400, 200, 3), np.uint8))
    frames.image.set_type(pyvips.GValue.gint_type, "page-height", 200)
    with pytest.raises(Refused, match="animated"):
        marked(frames, InvisibleMark(key=KEY))


def test_files_that_hold_no_key_or_secret_are_refused(picture: np.ndarray, tmp_path: Path) -> None:
    (tmp_path / "short").write_bytes(b"abc")
    (tmp_path / "empty").touch()
    for operation in (
        InvisibleMark(key_file=str(tmp_path / "short")),
        InvisibleMark(key_file=str(tmp_path / "none")),
        InvisibleMark(key=KEY, secret_file=str(tmp_path / "empty")),
    ):
        with pytest.raises(Refused, match="cannot get its mark"):
            marked(canvas(picture), operation)
