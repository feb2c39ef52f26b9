from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import pyvips
from PIL import Image

from pictured.imaging.operations import Encoding
from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.encoding import encoded
from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.traits import Traits


def photo(width: int = 64, height: int = 48) -> Image.Image:
    rng = np.random.default_rng(6)
    return Image.fromarray(rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)).resize(
        (width, height), Image.Resampling.BICUBIC
    )


def canvas(file: Path, **traits: object) -> Canvas:
    image = pyvips.Image.new_from_file(str(file))
    with Image.open(file) as picture:
        told = Traits(str(picture.format), *picture.size, 1, 1, 8, "rgb", False, False, None, None, 0, {})
    return Canvas(image, file, replace(told, **traits), Metadata())  # type: ignore[arg-type]


@pytest.fixture
def jpeg(tmp_path: Path) -> Canvas:
    photo().save(tmp_path / "a.jpg", quality=83, subsampling=2)
    return canvas(tmp_path / "a.jpg", quality=83, subsampling="4:2:0")


def test_untouched_pixels_are_copied_as_they_are_coded(jpeg: Canvas, tmp_path: Path) -> None:
    made = encoded(jpeg, tmp_path / "0")
    assert (made.file, made.extension, made.format) == (tmp_path / "0.jpg", ".jpg", "jpeg")
    with Image.open(made.file) as new, Image.open(jpeg.path) as old:
        assert np.array_equal(np.asarray(new), np.asarray(old))
        assert new.quantization == old.quantization  # type: ignore[attr-defined]


def test_a_jpeg_keeps_its_quality_and_chroma_when_nothing_is_asked(jpeg: Canvas, tmp_path: Path) -> None:
    made = encoded(replace(jpeg, touched=True), tmp_path / "0")
    with Image.open(made.file) as new, Image.open(jpeg.path) as old:
        assert new.quantization == old.quantization  # type: ignore[attr-defined]
        assert new.layer == old.layer  # type: ignore[attr-defined]


def test_a_pending_orientation_is_applied(jpeg: Canvas, tmp_path: Path) -> None:
    made = encoded(replace(jpeg, orientation=6), tmp_path / "0")
    assert (made.width, made.height) == (48, 64)
    with Image.open(made.file) as new:
        assert new.size == (48, 64)


def test_a_number_is_the_quality(jpeg: Canvas, tmp_path: Path) -> None:
    sizes = [
        encoded(replace(jpeg, encoding=Encoding("webp", quality)), tmp_path / str(quality)).file.stat().st_size
        for quality in (90, 20)
    ]
    assert sizes[0] > sizes[1]


@pytest.mark.parametrize(
    ("source", "kind"), [("a.png", "png"), ("a.bmp", "png"), ("a.gif", "gif"), ("a.webp", "webp"), ("a.tif", "tiff")]
)
def test_the_format_stays_or_becomes_png_where_it_cannot_be_written(source: str, kind: str, tmp_path: Path) -> None:
    photo().save(tmp_path / "plain.png")
    photo().save(tmp_path / source)
    with Image.open(tmp_path / source) as picture:
        name = str(picture.format)
    made = encoded(replace(canvas(tmp_path / "plain.png", format=name), touched=True), tmp_path / "0")
    assert made.format == kind


def test_what_has_no_loss_gets_none_in_another_format(tmp_path: Path) -> None:
    photo().save(tmp_path / "a.png")
    made = encoded(replace(canvas(tmp_path / "a.png"), encoding=Encoding("webp")), tmp_path / "0")
    with Image.open(made.file) as new:
        assert np.array_equal(np.asarray(new), np.asarray(photo()))


def test_a_palette_is_stored_as_one(jpeg: Canvas, tmp_path: Path) -> None:
    black = (jpeg.image[1] > 128).bandjoin([(jpeg.image[1] > 128)] * 2).copy(interpretation="srgb").copy_memory()
    palette = bytes([0, 0, 0, 255, 255, 255, 255, 255])
    made = encoded(replace(jpeg, image=black, touched=True, palette=palette), tmp_path / "0")
    with Image.open(made.file) as new:
        assert (new.format, new.mode) == ("PNG", "P")


def test_metadata_come_along(jpeg: Canvas, every: Metadata, tmp_path: Path) -> None:
    made = encoded(replace(jpeg, metadata=every, touched=True), tmp_path / "0")
    with Image.open(made.file) as new:
        assert new.getexif()[0x013B] == "Ann"
        assert new.getexif().get(0x0112, 1) == 1
        assert new.info["icc_profile"] == every.icc


def test_what_a_format_has_no_place_for_is_told(jpeg: Canvas, every: Metadata, tmp_path: Path) -> None:
    metadata = replace(every, payload=None)
    made = encoded(replace(jpeg, metadata=metadata, encoding=Encoding("gif")), tmp_path / "0")
    told = {name: value for note in made.notes for name, value in note.told.items()}
    assert set(told["metadata_given_up"]) >= {"exif", "xmp"}  # type: ignore[call-overload]


def test_an_animation_stays_one(tmp_path: Path) -> None:
    frames = [photo().rotate(90 * turn) for turn in range(3)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:], duration=50, loop=0)
    image = pyvips.Image.new_from_file(str(tmp_path / "a.gif"), n=-1)
    moving = replace(canvas(tmp_path / "a.gif"), image=image, touched=True)
    for kind in ("gif", "webp"):
        made = encoded(replace(moving, encoding=Encoding(kind)), tmp_path / kind)
        assert (made.width, made.height) == (64, 48)
        with Image.open(made.file) as new:
            assert new.n_frames == 3  # type: ignore[attr-defined]
