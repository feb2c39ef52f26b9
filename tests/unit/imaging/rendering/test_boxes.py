import io
from dataclasses import replace

import pytest
from PIL import Image

from pictured.errors import Refused, Truncated
from pictured.imaging.rendering.boxes import metadata_of_avif, relabel_avif
from pictured.imaging.rendering.exif import ARTIST, with_texts
from pictured.imaging.rendering.metadata import Metadata

OLD = with_texts(None, {ARTIST: "an old artist"})


def avif(**options: object) -> io.BytesIO:
    file = io.BytesIO()
    image = Image.linear_gradient("L").resize((40, 24)).convert("RGBA" if options.pop("alpha", False) else "RGB")
    image.save(file, "AVIF", **options)
    return file


def relabelled(source: io.BytesIO, metadata: Metadata) -> io.BytesIO:
    target = io.BytesIO()
    relabel_avif(source, metadata, target)
    return target


def pixels(file: io.BytesIO) -> tuple[str, bytes]:
    with Image.open(file) as image:
        return image.mode, image.tobytes()


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("before", [{}, {"exif": OLD, "xmp": b"<x/>"}])
def test_exif_and_xmp_are_put_in_place_of_the_old(alpha: object, before: dict[str, bytes], every: Metadata) -> None:
    source = avif(alpha=alpha, **before)
    wanted = replace(every, icc=None, iptc=None, payload=None)
    made = relabelled(source, wanted)
    assert metadata_of_avif(made) == wanted
    assert pixels(made) == pixels(source)
    again = relabelled(made, Metadata())
    assert metadata_of_avif(again) == Metadata()
    assert pixels(again) == pixels(source)
    assert all(word not in again.getvalue() for word in (b"something of mine", b"an old artist"))


def test_the_payload_and_iptc_go_into_xmp(every: Metadata) -> None:
    found = metadata_of_avif(relabelled(avif(), replace(every, icc=None)))
    assert found.payload == every.payload
    assert b"Rome" in (found.xmp or b"")


def test_the_profile_is_that_of_the_pixels(every: Metadata) -> None:
    source = avif(icc_profile=every.icc)
    assert metadata_of_avif(source).icc == every.icc
    assert metadata_of_avif(relabelled(source, every)).icc == every.icc
    with pytest.raises(Refused, match="profile cannot be changed"):
        relabelled(source, Metadata())


def test_an_animation_is_refused() -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "blue")]
    file = io.BytesIO()
    frames[0].save(file, "AVIF", save_all=True, append_images=frames[1:])
    with pytest.raises(Refused, match="of a kind"):
        relabelled(file, Metadata())


def test_a_file_that_ends_early_is_told() -> None:
    with pytest.raises(Truncated):
        relabelled(io.BytesIO(avif().getvalue()[:-10]), Metadata())
    assert metadata_of_avif(io.BytesIO(b"")) == Metadata()
