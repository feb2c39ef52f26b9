from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyvips
from PIL import Image, ImageDraw, ImageFont

from pictured.disk.reading import stamp_of
from pictured.imaging.limits import DecodingLimits
from pictured.imaging.operations import Encoding, Resize
from pictured.imaging.rendered import Order
from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.chain import rendered
from pictured.imaging.rendering.choosing import TARGETS, candidates, chosen, smallest
from pictured.imaging.rendering.encoding import Coded
from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.traits import Traits
from pictured.rules.examining import examine

LIMITS = DecodingLimits(pixels=10**7, memory=10**9)
Draw = Callable[..., Path]


def photo(width: int = 320, height: int = 240) -> np.ndarray:
    rng = np.random.default_rng(7)
    coarse = Image.fromarray(rng.integers(0, 256, (12, 16, 3), dtype=np.uint8))
    smooth = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), dtype=np.int16)
    return np.clip(smooth + rng.normal(0, 4, smooth.shape), 0, 255).astype(np.uint8)


def page() -> np.ndarray:
    image = Image.new("RGB", (300, 220), (250, 250, 252))
    draw = ImageDraw.Draw(image)
    for line in range(12):
        draw.text((10, 8 + 17 * line), f"line {line} of a page of plain text", (20, 30, 60), ImageFont.load_default(12))
    return np.asarray(image)


def canvas(pixels: np.ndarray, kind: str = "auto", quality: str = "high") -> Canvas:
    height, width = pixels.shape[:2]
    deep = pixels.dtype == np.uint16
    image = pyvips.Image.new_from_array(pixels).copy(interpretation="rgb16" if deep else "srgb")
    traits = Traits("PNG", width, height, 1, 1, 16 if deep else 8, "rgb", False, False, None, None, 0, {})
    return Canvas(image, Path("a.png"), traits, Metadata(), touched=True, encoding=Encoding(kind, quality))


def told(made: Coded) -> Mapping[str, Any]:
    return made.notes[-1].told


def test_a_photograph_is_tried_in_the_lossy_formats_and_the_smallest_is_kept(tmp_path: Path) -> None:
    made = chosen(canvas(photo()), "auto", tmp_path / "0")
    rows = told(made)["candidates"]
    assert {row["format"] for row in rows} == {"jpeg", "webp", "avif"}
    assert all(row["score"] >= TARGETS["high"] for row in rows)
    assert made.format == min(rows, key=lambda row: row["bytes"])["format"]
    # an AVIF without metadata still names the item that holds the pixels
    assert abs(made.file.stat().st_size - min(row["bytes"] for row in rows)) < 64
    assert list(tmp_path.iterdir()) == [made.file]


def test_a_page_of_text_is_tried_without_loss_too(tmp_path: Path) -> None:
    made = chosen(canvas(page(), quality="visually_lossless"), "auto", tmp_path / "0")
    rows = told(made)["candidates"]
    assert {"png", "webp"} <= {row["format"] for row in rows if row["quality"] == "lossless"}
    plain = tmp_path / "plain.jpg"
    Image.fromarray(page()).save(plain, quality=85)
    assert made.file.stat().st_size < plain.stat().st_size / 4


def test_better_targets_take_more_bytes() -> None:
    sizes = [smallest(candidates(canvas(photo(), "jpeg"), "jpeg", target)).size for target in TARGETS.values()]
    assert sizes == sorted(sizes, reverse=True)


def test_transparency_rules_jpeg_out_unless_nothing_shows_through(tmp_path: Path) -> None:
    clear = np.dstack([photo(), np.full((240, 320), 255, np.uint8)])
    assert "jpeg" in {row["format"] for row in told(chosen(canvas(clear), "auto", tmp_path / "0"))["candidates"]}
    clear[:100, :, 3] = 90
    assert "jpeg" not in {row["format"] for row in told(chosen(canvas(clear), "auto", tmp_path / "1"))["candidates"]}


def test_sixteen_bits_are_only_tried_where_they_stay(tmp_path: Path) -> None:
    made = chosen(canvas(photo(80, 60).astype(np.uint16) * 257), "auto", tmp_path / "0")
    assert {row["format"] for row in told(made)["candidates"]} == {"avif", "png"}


def test_a_png_keeps_all_colours_where_no_loss_may_be_seen(tmp_path: Path) -> None:
    sepia = (photo().mean(axis=2, keepdims=True) * [1.0, 0.9, 0.75] + photo() % 2).astype(np.uint8)
    made = chosen(canvas(sepia, "png", "visually_lossless"), "png", tmp_path / "0")
    with Image.open(made.file) as picture:
        assert np.array_equal(np.asarray(picture), sepia)
    small = chosen(canvas(sepia, "png", "small"), "png", tmp_path / "1")
    assert small.file.stat().st_size < made.file.stat().st_size * 0.8


def test_a_target_out_of_reach_is_said(tmp_path: Path) -> None:
    noise = np.random.default_rng(8).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    kept = canvas(noise, "webp", "visually_lossless")
    made = chosen(replace(kept, encoding=replace(kept.encoding, subsampling="4:2:0")), "webp", tmp_path / "0")
    assert {row["reached"] for row in told(made)["candidates"]} == {True, False}
    assert told(made)["format"] == "webp"


def test_of_a_large_picture_pieces_predict_the_whole(tmp_path: Path) -> None:
    made = chosen(canvas(photo(1600, 1100), "jpeg", "high"), "jpeg", tmp_path / "0")
    (row,) = told(made)["candidates"]
    assert told(made)["estimated"]
    assert row["bytes"] == pytest.approx(made.file.stat().st_size, rel=0.15)


def test_an_animation_stays_one(tmp_path: Path) -> None:
    frames = np.concatenate([photo(64, 48), photo(64, 48)[::-1], photo(64, 48)[:, ::-1]])
    moving = canvas(frames)
    image = moving.image.copy()
    image.set_type(pyvips.GValue.gint_type, "page-height", 48)
    made = chosen(replace(moving, image=image), "auto", tmp_path / "0")
    assert (made.format, made.height) == ("webp", 48)
    with Image.open(made.file) as picture:
        assert picture.n_frames == 3  # type: ignore[attr-defined]


@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_picture_that_was_turned_is_compared_with_itself(tmp_path: Path, draw: Draw, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "turned.jpg"
    with Image.open(draw(tmp_path / "a.jpg", "coffee", width=120)) as image:
        image.save(path, exif=exif)
    traits = examine(path, stamp_of(path), LIMITS)
    operations = (Resize(long_edge=60), Encoding("auto", "high"))
    (tmp_path / "drafts").mkdir()
    [made] = rendered(Order(path, traits, operations, tmp_path / "drafts")).made
    assert (made.width, made.height) == ((60, 40) if orientation == 3 else (40, 60))
