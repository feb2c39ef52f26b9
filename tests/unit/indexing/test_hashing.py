from pathlib import Path

import imagehash
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pictured.imaging.decoding import DecodingLimits, decode
from pictured.indexing.hashing import phash, thumb


@given(st.integers(1, 300), st.integers(1, 300), st.integers(0, 2**32 - 1))
def test_the_hash_of_the_thumb_is_imagehashs_hash_of_the_picture(width: int, height: int, seed: int) -> None:
    luminance = np.random.default_rng(seed).integers(0, 256, (height, width), np.uint8)
    theirs = imagehash.phash(Image.fromarray(luminance), hash_size=16)
    assert phash(thumb(luminance)) == np.packbits(theirs.hash).tobytes()


def test_a_thumb_is_64_rows_of_64() -> None:
    luminance = np.zeros((200, 100), np.uint8)
    luminance[100:] = 255
    found = np.frombuffer(thumb(luminance), np.uint8).reshape(64, 64)
    assert found[:28].max() == 0
    assert found[36:].min() == 255


def test_a_box_leaves_the_rest_out() -> None:
    luminance = np.zeros((100, 100), np.uint8)
    luminance[:, 50:] = 255
    found = np.frombuffer(thumb(luminance, (0, 0, 50, 100)), np.uint8).reshape(64, 64)
    assert found[:, :60].max() == 0


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_encodings_of_very_different_sizes_are_nearly_the_same(corpus: Path, tmp_path: Path, kind: str) -> None:
    limits = DecodingLimits(10**9, 10**9)
    found = []
    for path in sorted((corpus / "camera").glob("Canon*.jpg")):
        with Image.open(path) as opened:
            image = opened.convert("RGB")
        image.save(tmp_path / "large", "JPEG", quality=95)
        image.resize((image.width // 4, image.height // 4), Image.Resampling.LANCZOS).save(tmp_path / "small", kind)
        thumbs = []
        for name in ("large", "small"):
            with (tmp_path / name).open("rb") as file:
                decoded = decode(file, limits)
            thumbs.append(thumb(decoded.luminance, decoded.box))
        large, small = (np.frombuffer(each, np.uint8).astype(int) for each in thumbs)
        bits = np.unpackbits(np.frombuffer(phash(thumbs[0]), np.uint8) ^ np.frombuffer(phash(thumbs[1]), np.uint8))
        found.append((np.abs(large - small).mean(), bits.sum()))
    assert max(difference for difference, _ in found) < 1.5
    assert max(bits for _, bits in found) <= 26
