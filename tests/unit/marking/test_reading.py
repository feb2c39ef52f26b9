import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pictured.marking.embedding import embed
from pictured.marking.reading import read

KEY = bytes(range(100, 132))
VECTORS = Path(__file__).with_name("vectors")
Scene = Callable[..., np.ndarray]


@pytest.fixture(scope="module")
def marked(scene: Scene) -> Image.Image:
    return Image.fromarray(embed(scene(480, 360), KEY).picture)


def jpeg(image: Image.Image, quality: int) -> Image.Image:
    coded = io.BytesIO()
    image.save(coded, "JPEG", quality=quality)
    return Image.open(coded).convert("RGB")


def resized(image: Image.Image, across: float, down: float) -> Image.Image:
    size = (round(image.width * across), round(image.height * down))
    return image.resize(size, Image.Resampling.LANCZOS)


def turned(image: Image.Image, degrees: float) -> Image.Image:
    return image.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor="white")


DAMAGE: dict[str, Callable[[Image.Image], Image.Image]] = {
    "none": lambda image: image,
    "jpeg": lambda image: jpeg(image, 50),
    "reduced": lambda image: resized(image, 0.6, 0.6),
    "enlarged": lambda image: resized(image, 1.7, 1.7),
    "squeezed": lambda image: resized(image, 0.85, 1),
    "turned": lambda image: turned(image, 12),
    "on its side": lambda image: image.transpose(Image.Transpose.ROTATE_270),
    "upside down": lambda image: image.transpose(Image.Transpose.ROTATE_180),
    "mirrored": lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "cut": lambda image: image.crop((70, 45, 440, 330)),
    "turned, reduced and coded": lambda image: jpeg(resized(turned(image, -7), 0.8, 0.8), 75),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_the_key_survives(damage: str, marked: Image.Image) -> None:
    assert read(np.asarray(DAMAGE[damage](marked))).key == KEY


def test_it_is_told_how_the_picture_was_changed(marked: Image.Image) -> None:
    reading = read(np.asarray(resized(turned(marked, 12), 0.8, 0.8)))
    assert reading.rotation_deg == pytest.approx(12, abs=0.3)
    assert reading.scale == pytest.approx(0.8, rel=0.01)
    assert reading.squeeze == pytest.approx(1, abs=0.01)
    assert reading.mirrored is False
    assert reading.bits == 256
    assert reading.confidence > 0.999
    assert read(np.asarray(DAMAGE["mirrored"](marked))).mirrored is True
    assert read(np.asarray(DAMAGE["squeezed"](marked))).squeeze == pytest.approx(0.85, abs=0.01)


def test_damage_costs_margin(marked: Image.Image) -> None:
    margins = [read(np.asarray(jpeg(marked, quality))).margin_db for quality in (90, 50, 30)]
    assert all(margin is not None for margin in margins)
    assert margins == sorted(margins, key=lambda margin: -(margin or 0))


@pytest.mark.parametrize("size", [16, 8])
def test_shorter_keys_are_read_too(size: int, scene: Scene) -> None:
    reading = read(embed(scene(300, 220), KEY[:size]).picture)
    assert (reading.key, reading.bits) == (KEY[:size], 8 * size)


def test_a_secret_keeps_others_from_reading(scene: Scene) -> None:
    picture = embed(scene(), KEY, b"secret").picture
    assert read(picture, b"secret").key == KEY
    assert read(picture).key is None
    assert read(picture, b"another").key is None


def test_there_is_no_key_where_none_was_hidden(scene: Scene) -> None:
    for seed in range(3):
        assert read(scene(seed=seed)).key is None
    assert read(np.full((300, 300), 200, np.uint8)).key is None
    assert read(np.random.default_rng(0).integers(0, 256, (200, 300, 3)).astype(np.uint8)).key is None


def test_tiny_pictures_hold_nothing() -> None:
    assert read(np.zeros((20, 900, 3), np.uint8)).key is None


def test_another_mark_takes_the_place_of_the_first(marked: Image.Image) -> None:
    other = KEY[::-1]
    assert read(np.asarray(jpeg(Image.fromarray(embed(np.asarray(marked), other).picture), 75))).key == other


@pytest.mark.parametrize("name", sorted(path.name for path in VECTORS.glob("*.jpg")))
def test_marks_of_version_1_are_read_for_ever(name: str) -> None:
    """The name of each file says the key; of those with `secret` in it, the secret is `ten years`."""
    key = name.split("-", maxsplit=1)[0]
    secret = {"secret": b"ten years"} if "secret" in name else {}
    with Image.open(VECTORS / name) as picture:
        assert read(np.asarray(picture), **secret).key == bytes.fromhex(key)


def test_there_are_marks_of_every_size_to_be_read() -> None:
    assert {len(path.name.split("-")[0]) for path in VECTORS.glob("*.jpg")} == {64, 32, 16}
