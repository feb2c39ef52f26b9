from pathlib import Path

import imagehash
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from skimage import data

from pictured.imaging.decoding import DecodingLimits, decode
from pictured.indexing.hashing import part_hashes, phash
from pictured.looks import PARTS, Depth


def bits(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()


@given(st.integers(1, 300), st.integers(1, 300), st.integers(0, 2**32 - 1))
def test_it_is_imagehashs_hash_of_the_picture(width: int, height: int, seed: int) -> None:
    luminance = np.random.default_rng(seed).integers(0, 256, (height, width), np.uint8)
    # Rows first, whatever Pillow would do.
    narrow = Image.fromarray(luminance).resize((64, height), Image.Resampling.LANCZOS)
    theirs = imagehash.phash(narrow, hash_size=16)
    assert phash(luminance) == np.packbits(theirs.hash).tobytes()


@pytest.mark.parametrize("name", ["camera", "coins", "moon", "page", "text", "clock"])
@pytest.mark.parametrize("turned", [False, True])
def test_of_a_photograph_it_is_imagehashs_within_few_bits(name: str, *, turned: bool) -> None:
    luminance = np.ascontiguousarray(np.rot90(getattr(data, name)(), int(turned)))
    theirs = imagehash.phash(Image.fromarray(luminance), hash_size=16)
    assert bits(phash(luminance), np.packbits(theirs.hash).tobytes()) <= 4


PLAIN = {
    "black": np.zeros((64, 64), np.uint8),
    "white": np.full((64, 64), 255, np.uint8),
    "stripes": np.tile(np.arange(64, dtype=np.uint8) % 8 * 30, (64, 1)),
    "rows": np.tile(np.arange(64, dtype=np.uint8) % 8 * 30, (64, 1)).T,
    "mirrored": np.pad(data.camera()[100:132, 200:232], ((0, 32), (0, 32)), "symmetric"),
    "a dot": np.pad(np.full((1, 1), 255, np.uint8), ((20, 43), (11, 52))),
}


@pytest.mark.parametrize("name", PLAIN)
def test_it_is_imagehashs_hash_where_many_frequencies_are_alike(name: str) -> None:
    theirs = imagehash.phash(Image.fromarray(PLAIN[name]), hash_size=16)
    assert phash(PLAIN[name]) == np.packbits(theirs.hash).tobytes()


def test_a_box_leaves_the_rest_out() -> None:
    picture = data.camera()[::2, ::2]
    around = np.zeros((300, 400), np.uint8)
    around[10:266, 20:276] = picture
    assert phash(around, (20, 10, 276, 266)) == phash(picture)


@pytest.mark.parametrize("depth", Depth)
def test_each_part_is_hashed_as_if_it_were_the_picture(depth: Depth) -> None:
    whole, parts = data.camera()[:200, :400], PARTS[depth]
    found = part_hashes(whole, (0, 0, 400, 200), parts)
    assert len(found) == 32 * len(parts)
    for place, (left, top, right, bottom) in enumerate(parts):
        part = whole[round(top * 200) : round(bottom * 200), round(left * 400) : round(right * 400)]
        assert bits(found[32 * place : 32 * place + 32], phash(part)) <= 10


def test_parts_are_fractions_of_the_box() -> None:
    picture = data.camera()[:256, :256]
    around = np.pad(picture, 32)
    [part] = PARTS[Depth.NORMAL][:1]
    assert part_hashes(around, (32, 32, 288, 288), [part]) == part_hashes(picture, (0, 0, 256, 256), [part])


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (3, 2)])
def test_the_smallest_pictures_have_parts_too(shape: tuple[int, int]) -> None:
    tiny = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    assert len(part_hashes(tiny, (0, 0, shape[1], shape[0]), PARTS[Depth.DEEP])) == 32 * 19


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_encodings_of_very_different_sizes_are_nearly_the_same(corpus: Path, tmp_path: Path, kind: str) -> None:
    limits = DecodingLimits(10**9, 10**9)
    found = []
    for path in sorted((corpus / "camera").glob("Canon*.jpg")):
        with Image.open(path) as opened:
            image = opened.convert("RGB")
        image.save(tmp_path / "large", "JPEG", quality=95)
        image.resize((image.width // 4, image.height // 4), Image.Resampling.LANCZOS).save(tmp_path / "small", kind)
        hashes = []
        for name in ("large", "small"):
            with (tmp_path / name).open("rb") as file:
                decoded = decode(file, limits)
            hashes.append(phash(decoded.luminance, decoded.box))
        found.append(bits(*hashes))
    assert max(found) <= 26
