import io
import zlib

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pictured.errors import Refused, Truncated
from pictured.imaging.rendering.chunks import (
    metadata_of_png,
    metadata_of_webp,
    relabel_png,
    relabel_webp,
    xmp_with_all,
)
from pictured.imaging.rendering.metadata import Metadata


def coded(kind: str, image: Image.Image | None = None, **options: object) -> io.BytesIO:
    file = io.BytesIO()
    (image or Image.linear_gradient("L").convert("RGB")).save(file, kind, **options)
    return file


def png(source: io.BytesIO, metadata: Metadata) -> io.BytesIO:
    target = io.BytesIO()
    relabel_png(source, metadata, target)
    return target


def webp(source: io.BytesIO, metadata: Metadata) -> io.BytesIO:
    target = io.BytesIO()
    relabel_webp(source, metadata, target)
    return target


def body(data: bytes, kind: bytes) -> bytes:
    at = data.index(kind)
    return data[at : at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")]


def test_the_chunks_of_the_picture_stay_byte_for_byte(every: Metadata) -> None:
    source = coded("PNG")
    for metadata in (every, Metadata(extras=False)):
        made = png(source, metadata).getvalue()
        assert made[-(len(source.getvalue()) - 33) :] == source.getvalue()[33:]
        with Image.open(io.BytesIO(made)) as image:
            image.load()


def test_a_palette_and_transparency_stay(every: Metadata) -> None:
    image = Image.linear_gradient("L").convert("P")
    source = coded("PNG", image, transparency=7)
    with Image.open(png(source, every)) as made:
        assert (made.mode, made.info["transparency"], made.tobytes()) == ("P", 7, image.tobytes())


def test_metadata_of_older_programs_are_read_and_removed(every: Metadata) -> None:
    assert every.exif
    info = PngInfo()
    block = (b"Exif\0\0" + every.exif).hex()
    info.add_text("Raw profile type exif", f"\nexif\n{len(block) // 2:8}\n{block}\n", zip=True)
    info.add_text("Raw profile type iptc", f"\niptc\n{5:8}\n1c02050001\n41\n")
    info.add_text("Comment", "a word")
    source = coded("PNG", pnginfo=info)
    found = metadata_of_png(source)
    assert found.exif == every.exif
    assert (found.iptc or b"").startswith(b"\x1c\x02\x05\x00\x01")
    kept = png(source, Metadata()).getvalue()
    assert b"Raw profile" not in kept
    assert b"a word" in kept
    assert b"a word" not in png(source, Metadata(extras=False)).getvalue()


def test_a_profile_speaks_alone() -> None:
    source = coded("PNG")
    plain = source.getvalue()
    chunk = b"sRGB\0"
    srgb = b"\0\0\0\x01" + chunk + zlib.crc32(chunk).to_bytes(4, "big")
    with_srgb = io.BytesIO(plain[:33] + srgb + plain[33:])
    assert b"sRGB" not in png(with_srgb, Metadata(icc=b"another profile")).getvalue()
    assert b"sRGB" in png(with_srgb, Metadata()).getvalue()


@pytest.mark.parametrize("options", [{}, {"lossless": True}, {"exif": b"Exif\0\0II*\0"}])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_webp_keeps_its_coded_picture(options: dict[str, object], mode: str, every: Metadata) -> None:
    image = Image.linear_gradient("L").resize((50, 30)).convert(mode)
    if mode == "RGBA":
        image.putalpha(Image.linear_gradient("L").resize((50, 30)))
    source = coded("WEBP", image, **options)
    made = webp(source, every)
    kind = b"VP8L" if options.get("lossless") else b"VP8 "
    assert body(made.getvalue(), kind) == body(source.getvalue(), kind)
    with Image.open(made) as after, Image.open(source) as before:
        assert (after.size, after.mode, after.tobytes()) == (before.size, before.mode, before.tobytes())
    found = metadata_of_webp(made)
    assert (found.exif, found.icc, found.payload) == (every.exif, every.icc, every.payload)


def test_an_animation_keeps_its_frames(every: Metadata) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue", "green")]
    source = coded("WEBP", frames[0], save_all=True, append_images=frames[1:])
    with Image.open(webp(source, every)) as made:
        assert getattr(made, "n_frames", 1) == 3


def test_iptc_and_the_payload_go_into_xmp(every: Metadata) -> None:
    assert xmp_with_all(Metadata()) is None
    found = xmp_with_all(every) or b""
    assert b"Rome" in found
    assert b"payload" in found


def test_files_that_are_none_or_end_early_are_told() -> None:
    for read in (metadata_of_png, metadata_of_webp):
        with pytest.raises(Refused):
            read(io.BytesIO(b"not a picture at all"))
    for kind, read in (("PNG", metadata_of_png), ("WEBP", metadata_of_webp)):
        with pytest.raises(Truncated):
            read(io.BytesIO(coded(kind).getvalue()[:60]))
