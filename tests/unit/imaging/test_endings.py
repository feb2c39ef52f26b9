import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pictured.imaging.endings import ends_early

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "TIFF", "BMP")


def encoded(kind: str) -> bytes:
    noise = np.random.default_rng(1).integers(0, 255, (40, 50, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, kind)
    return file.getvalue()


@pytest.mark.parametrize("kind", FORMATS)
def test_a_whole_picture_does_not_end_early(kind: str) -> None:
    assert not ends_early(io.BytesIO(encoded(kind)))


@pytest.mark.parametrize("kind", [kind for kind in FORMATS if kind not in ("JPEG", "TIFF")])
def test_every_format_with_a_declared_length_tells_a_missing_half(kind: str) -> None:
    whole = encoded(kind)
    assert ends_early(io.BytesIO(whole[: len(whole) // 2]))


@pytest.mark.parametrize("kind", FORMATS)
def test_a_cut_within_the_headers_is_told(kind: str) -> None:
    assert ends_early(io.BytesIO(encoded(kind)[: 20 if kind == "JPEG" else 8 if kind == "AVIF" else 11])) == (
        kind != "AVIF"
    )


def test_an_empty_file_ends_early() -> None:
    assert ends_early(io.BytesIO())


def test_other_files_do_not_end_early() -> None:
    assert not ends_early(io.BytesIO(b"#!/bin/sh\necho this is no picture\n"))
    assert not ends_early(io.BytesIO(b"\0\0\0\x18ftypmp42" + bytes(8)))
    assert not ends_early(io.BytesIO(b"RIFF\xff\xff\0\0WAVEfmt "))


@given(
    st.binary(max_size=64),
    st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF", b"\0\0\0\0ftypheic", b"II*\0"]),
)
def test_no_bytes_are_too_broken_to_be_judged(rest: bytes, start: bytes) -> None:
    assert ends_early(io.BytesIO(start + rest)) in (True, False)
