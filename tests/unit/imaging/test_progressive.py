import io

import numpy as np
import pytest
from PIL import Image

from pictured.errors import Truncated
from pictured.imaging.decoding import DecodingLimits, decode
from pictured.imaging.progressive import only_means

LIMITS = DecodingLimits(pixels=500_000_000, memory=512_000_000)


def progressive(width: int, height: int, mode: str = "RGB", **options: object) -> bytes:
    rng = np.random.default_rng(width)
    coarse = rng.integers(0, 256, (height // 16 + 1, width // 16 + 1, 3)).astype(np.uint8)
    image = Image.fromarray(coarse).convert(mode).resize((width, height), Image.Resampling.BICUBIC)
    file = io.BytesIO()
    image.save(file, "JPEG", **{"progressive": True, "quality": 80} | options)
    return file.getvalue()


def eighth(content: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(content)) as image:
        image.draft("L", (image.width // 8, image.height // 8))
        image.load()
        return np.asarray(image)


@pytest.mark.parametrize("size", [(400, 400), (401, 333), (1031, 97)])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"mode": "L"},
        {"subsampling": "4:4:4"},
        {"subsampling": "4:2:2"},
        {"restart_marker_blocks": 7},
        {"quality": 30},
        {"comment": b"\xff\xda in a comment \xff\xd9"},
    ],
)
def test_an_eighth_of_it_is_the_same_and_its_file_is_smaller(size: tuple[int, int], options: dict[str, object]) -> None:
    content = progressive(*size, **options)
    found = only_means(content)
    assert found is not None
    assert len(found) < len(content)
    assert np.array_equal(eighth(found), eighth(content))


def test_a_run_of_more_blocks_than_one_code_holds_is_empty_too() -> None:
    content = progressive(3000, 2300, "L", quality=20)
    found = only_means(content)
    assert found is not None
    assert np.array_equal(eighth(found), eighth(content))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xd8",
        b"\xff\xd8\xff\xd9",
        b"no picture at all",
        progressive(64, 64, progressive=False),
        progressive(64, 64)[:-2],
        progressive(64, 64)[:300],
        progressive(64, 64).replace(b"\xff\xc2\x00\x11\x08\x00\x40", b"\xff\xc2\x00\x03\x08\x00\x40"),
    ],
)
def test_what_is_not_whole_or_not_progressive_is_left_alone(content: bytes) -> None:
    assert only_means(content) is None


def test_a_component_finer_than_the_luminance_is_left_alone() -> None:
    content = progressive(64, 64, subsampling="4:4:4")
    at = content.index(b"\xff\xc2") + 10
    assert only_means(content[: at + 4] + b"\x22" + content[at + 5 :]) is None


def test_a_large_progressive_picture_is_decoded_to_the_same_luminance(monkeypatch: pytest.MonkeyPatch) -> None:
    content = progressive(1700, 1600)
    quick = decode(io.BytesIO(content), LIMITS)
    monkeypatch.setattr("pictured.imaging.decoding.only_means", lambda _: None)
    slow = decode(io.BytesIO(content), LIMITS)
    assert np.array_equal(quick.luminance, slow.luminance)
    assert (quick.box, quick.facts, quick.mode) == (slow.box, slow.facts, slow.mode)


def test_one_that_ends_early_is_still_truncated() -> None:
    content = progressive(1700, 1600)
    with pytest.raises(Truncated):
        decode(io.BytesIO(content[: len(content) * 2 // 3]), LIMITS)
