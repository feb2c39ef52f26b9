from pathlib import Path

import numpy as np
import pytest
import pyvips
from PIL import Image

from pictured.imaging.rendering.writing import EXTENSIONS, Coding, coded, write


def ramp(bands: int = 3, *, deep: bool = False) -> pyvips.Image:
    made = np.random.default_rng(3).integers(0, 256, (40, 50, bands), dtype=np.uint8)
    kinds = ("grey16", "rgb16") if deep else ("b-w", "srgb")
    array = made.astype(np.uint16) * 257 if deep else made
    return pyvips.Image.new_from_array(array).copy(interpretation=kinds[bands >= 3])


def opened(content: bytes) -> np.ndarray:
    return np.asarray(pyvips.Image.new_from_buffer(content, "").numpy())


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "avif", "gif", "tiff"])
def test_each_format_is_written_as_itself(kind: str, tmp_path: Path) -> None:
    file = tmp_path / f"a{EXTENSIONS[kind]}"
    write(ramp(), Coding(kind, 80 if kind in ("jpeg", "webp", "avif") else None), file)
    with Image.open(file) as picture:
        assert picture.format is not None
        assert (picture.format.lower(), picture.size) == (kind, (50, 40))


@pytest.mark.parametrize("kind", ["png", "webp", "avif", "tiff"])
def test_no_quality_means_no_loss(kind: str) -> None:
    assert np.array_equal(opened(coded(ramp(), Coding(kind, None)))[..., :3], ramp().numpy())


@pytest.mark.parametrize(("subsampling", "ratio"), [("4:4:4", 1), ("4:2:0", 2)])
def test_a_jpeg_has_the_chroma_asked_for(subsampling: str, ratio: int, tmp_path: Path) -> None:
    write(ramp(), Coding("jpeg", 80, subsampling), tmp_path / "a.jpg")
    with Image.open(tmp_path / "a.jpg") as picture:
        assert picture.layer[0][1] == ratio  # type: ignore[attr-defined]


@pytest.mark.parametrize("progressive", [True, False])
def test_a_jpeg_is_progressive_as_asked(progressive: object, tmp_path: Path) -> None:
    write(ramp(), Coding("jpeg", 80, progressive=bool(progressive)), tmp_path / "a.jpg")
    with Image.open(tmp_path / "a.jpg") as picture:
        assert ("progressive" in picture.info) is progressive


@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_sixteen_bits_stay(kind: str) -> None:
    seen = opened(coded(ramp(deep=True), Coding(kind, None, thorough=True)))
    assert seen.dtype == np.uint16
    assert np.array_equal(seen, ramp(deep=True).numpy())


def test_avif_keeps_ten_of_sixteen_bits() -> None:
    seen = opened(coded(ramp(deep=True), Coding("avif", 90)))
    assert seen.dtype == np.uint16


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_colours_are_reduced_as_asked(kind: str) -> None:
    seen = opened(coded(ramp(), Coding(kind, None, indexed=True)))
    assert len(np.unique(seen.reshape(-1, seen.shape[2]), axis=0)) <= 256


@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_a_bilevel_picture_takes_one_bit(kind: str, tmp_path: Path) -> None:
    black = (ramp(1) > 127).copy(interpretation="b-w")
    file = tmp_path / f"a{EXTENSIONS[kind]}"
    write(black, Coding(kind, None, bits=1), file)
    with Image.open(file) as picture:
        assert picture.mode == "1"
        assert np.array_equal(np.asarray(picture), black.numpy().squeeze() > 0)


def test_a_thorough_jpeg_is_smaller() -> None:
    assert len(coded(ramp(), Coding("jpeg", 80, thorough=True))) < len(coded(ramp(), Coding("jpeg", 80)))
