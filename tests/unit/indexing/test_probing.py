import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageOps

from pictured.disk.reading import stamp_of
from pictured.errors import Changed, FileError
from pictured.imaging.limits import DecodingLimits
from pictured.indexing.fingerprinting import fingerprint
from pictured.indexing.probing import looks, probe
from pictured.looks import Box, Probe

LIMITS = DecodingLimits(pixels=500_000_000, memory=512_000_000)
NAMES = ("astronaut", "coffee", "chelsea", "rocket", "camera", "china", "flower")
WHOLE = (0.0, 0.0, 1.0, 1.0)
Photo = Callable[[str], Image.Image]


def saved(image: Image.Image, path: Path, **options: object) -> Path:
    image.save(path, **options)
    return path


def probed(image: Image.Image, folder: Path) -> Probe:
    path = saved(image, folder / "query.jpg", quality=85)
    return probe(path, stamp_of(path), LIMITS)


def agreement(one: Box, other: Box) -> float:
    width = max(0, min(one[2], other[2]) - max(one[0], other[0]))
    height = max(0, min(one[3], other[3]) - max(one[1], other[1]))
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return width * height / (areas - width * height)


@pytest.mark.parametrize("name", NAMES)
def test_all_of_a_picture_is_looked_at_first(photo: Photo, tmp_path: Path, name: str) -> None:
    path = saved(photo(name), tmp_path / "query.jpg", quality=90)
    found, content = probe(path, stamp_of(path), LIMITS), fingerprint(path, stamp_of(path), LIMITS)
    whole = found.looks[0]

    assert (found.digest, found.size, found.marr) == (content.digest, photo(name).size, None)
    assert whole.box == WHOLE
    assert (whole.pixels.dtype, max(whole.pixels.shape)) == (np.uint8, 384)
    truth = np.asarray(photo(name).convert("L").resize(whole.pixels.shape[::-1], Image.Resampling.LANCZOS))
    assert np.abs(whole.pixels.astype(int) - truth).mean() < 4
    assert np.bitwise_count(whole.phash ^ np.frombuffer(content.phash, np.uint8)).sum() <= 12
    assert len(whole.points.places) > 100
    assert whole.mirrored is not None


@pytest.mark.parametrize("size", [(480, 640), (1500, 2000), (3000, 2200)])
def test_the_picture_on_a_page_is_looked_at(photo: Photo, tmp_path: Path, size: tuple[int, int]) -> None:
    page = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(page)
    for top in range(size[1] // 2 + 60, size[1] - 40, 30):
        draw.text((size[0] // 8, top), "and so on, and so on, and so on, " * (size[0] // 300), "black")
    picture = photo("coffee").resize((size[0] // 2, size[0] // 3))
    page.paste(picture, (size[0] // 4, size[1] // 10))
    box = (0.25, size[1] // 10 / size[1], 0.25 + picture.width / size[0], (size[1] // 10 + picture.height) / size[1])

    found = probed(page, tmp_path)

    best = max(found.looks, key=lambda look: agreement(look.box, box))
    assert agreement(best.box, box) > 0.95
    truth = np.asarray(picture.convert("L").resize(best.pixels.shape[::-1], Image.Resampling.LANCZOS))
    assert np.abs(best.pixels.astype(int) - truth)[8:-8, 8:-8].mean() < 15
    assert found.looks[0].box == WHOLE


def test_a_bordered_picture_is_looked_at_without_its_border(photo: Photo, tmp_path: Path) -> None:
    found = probed(ImageOps.expand(photo("chelsea"), 45, "black"), tmp_path)

    width, height = found.size
    box = (45 / width, 45 / height, 1 - 45 / width, 1 - 45 / height)
    assert max(agreement(look.box, box) for look in found.looks) > 0.97


def test_the_marr_hildreth_hash_is_made_where_it_is_wanted(photo: Photo, tmp_path: Path) -> None:
    path = saved(photo("camera"), tmp_path / "query.png")
    found = probe(path, stamp_of(path), LIMITS, marr=True)
    content = fingerprint(path, stamp_of(path), LIMITS, marr=True)

    assert found.marr is not None
    assert content.marr is not None
    assert (int.from_bytes(found.marr) ^ int.from_bytes(content.marr)).bit_count() < 60


def test_a_file_that_changed_is_not_looked_at(photo: Photo, tmp_path: Path) -> None:
    path = saved(photo("camera"), tmp_path / "query.png")
    stamp = stamp_of(path)
    saved(photo("coffee"), path)

    with pytest.raises(Changed):
        probe(path, stamp, LIMITS)


def odd_pictures() -> dict[str, tuple[Image.Image, str, dict[str, object]]]:
    noise = np.random.default_rng(7).integers(0, 256, (200, 300), np.uint8)
    clear = Image.new("RGBA", (300, 200), (0, 0, 0, 0))
    frames = [Image.fromarray(np.roll(noise, 9 * n)) for n in range(3)]
    return {
        "one pixel": (Image.new("RGB", (1, 1), "red"), "PNG", {}),
        "a column": (Image.fromarray(np.arange(5000, dtype=np.uint16).astype(np.uint8)[:, None]), "PNG", {}),
        "a row": (Image.fromarray(np.arange(5000, dtype=np.uint16).astype(np.uint8)[None]), "JPEG", {}),
        "two pixels": (Image.fromarray(np.array([[0, 255]], np.uint8)), "BMP", {}),
        "one colour": (Image.new("RGB", (640, 480), "teal"), "JPEG", {}),
        "clear": (clear, "PNG", {}),
        "clear palette": (clear.quantize(2), "GIF", {"transparency": 0}),
        "animated": (frames[0], "GIF", {"save_all": True, "append_images": frames[1:]}),
        "animated webp": (frames[0], "WEBP", {"save_all": True, "append_images": frames[1:]}),
        "CMYK": (Image.fromarray(noise).convert("RGB").convert("CMYK"), "JPEG", {}),
        "16 bits": (Image.fromarray(noise.astype(np.uint16) * 257), "PNG", {}),
        "1 bit": (Image.fromarray(noise > 128), "PNG", {}),
        "floats": (Image.fromarray(np.full((90, 90), np.nan, np.float32)), "TIFF", {}),
        "noise": (Image.fromarray(noise), "PNG", {}),
    }


@pytest.mark.parametrize("name", odd_pictures())
def test_odd_pictures_are_looked_at(tmp_path: Path, name: str) -> None:
    image, kind, options = odd_pictures()[name]
    path = saved(image, tmp_path / "query", format=kind, **options)

    found = probe(path, stamp_of(path), LIMITS, marr=True)

    assert found.size == image.size
    for look in found.looks:
        assert 1 <= min(look.pixels.shape) <= max(look.pixels.shape) == 384
        assert (look.phash.shape, look.phash.dtype) == ((32,), np.uint8)
        assert look.mirrored is not None
        assert len(look.mirrored.places) == len(look.points.places)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_broken_file_gives_a_probe_or_a_reason(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF"]))
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(1).integers(0, 256, (40, 60, 3), np.uint8)).save(file, kind)
    content = bytearray(file.getvalue())
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("broken") / "query"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])

    try:
        found = probe(path, stamp_of(path), DecodingLimits(pixels=10**6, memory=10**8))
    except FileError as error:
        assert str(error).startswith(str(path))  # noqa: PT017
    else:
        assert found.looks


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 700), st.integers(1, 700), st.integers(0, 2**32 - 1))
def test_looks_lie_within_the_query(height: int, width: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    page = np.full((height, width), 255, np.uint8)
    top, left = int(random.integers(0, height)), int(random.integers(0, width))
    page[top : top + 200, left : left + 300] = random.integers(0, 256, page[top : top + 200, left : left + 300].shape)

    found = looks(page, (0, 0, width, height))

    assert found[0].box == WHOLE
    for look in found:
        assert 0 <= look.box[0] < look.box[2] <= 1
        assert 0 <= look.box[1] < look.box[3] <= 1
