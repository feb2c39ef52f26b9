import io

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from pictured.errors import Refused
from pictured.imaging.rendering.exif import has, text_of
from pictured.imaging.rendering.labelling import uprighted
from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.rendering.tags import metadata_of_tiff, relabel_tiff

GPS, DETAILS = 0x8825, 0x8769


def tiff(image: Image.Image | None = None, **options: object) -> io.BytesIO:
    file = io.BytesIO()
    (image or Image.linear_gradient("L").convert("RGB")).save(file, "TIFF", **options)
    return file


def relabelled(source: io.BytesIO, metadata: Metadata) -> io.BytesIO:
    target = io.BytesIO()
    source.seek(0)
    relabel_tiff(source, metadata, target)
    return target


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "jpeg"])
def test_the_pixels_stay_where_they_are(compression: str | None, every: Metadata) -> None:
    source = tiff(compression=compression)
    made = relabelled(source, uprighted(every, 256, 256))
    with Image.open(source) as before, Image.open(made) as after:
        assert before.tag_v2[273] == after.tag_v2[273]
        assert before.tobytes() == after.tobytes()


def test_the_pages_of_a_file_stay(every: Metadata) -> None:
    source = tiff(Image.new("L", (8, 8), 3), save_all=True, append_images=[Image.new("L", (8, 8), 200)])
    with Image.open(relabelled(source, every)) as made:
        assert getattr(made, "n_frames", 1) == 2
        made.seek(1)
        assert made.getpixel((0, 0)) == 200


def test_exif_survives_two_files_in_both_byte_orders(every: Metadata) -> None:
    once = metadata_of_tiff(relabelled(tiff(), every))
    assert once.exif
    assert text_of(once.exif, 0x013B) == "Ann"
    for read in (once, metadata_of_tiff(relabelled(tiff(), once))):
        exif = Image.Exif()
        exif.load(read.exif or b"")
        assert exif.get_ifd(GPS)[2] == (48.0, 30.0, 0.0)
        assert exif.get_ifd(DETAILS)[0x9003] == "2019:07:14 12:30:05"
        assert (read.icc, read.xmp, read.iptc, read.payload) == (every.icc, once.xmp, every.iptc, every.payload)


def test_what_is_removed_is_blanked(every: Metadata) -> None:
    source = relabelled(tiff(), every)
    bare = relabelled(source, Metadata())
    assert metadata_of_tiff(bare) == Metadata()
    assert b"Maker" not in bare.getvalue()
    assert len(bare.getvalue()) < len(source.getvalue())


def test_a_16_bit_tiff_keeps_every_bit(every: Metadata) -> None:
    image = Image.fromarray(np.arange(64 * 64, dtype=np.uint16).reshape(64, 64) * 15)
    with Image.open(relabelled(tiff(image), uprighted(every, 64, 64))) as made:
        assert np.array_equal(np.asarray(made), np.asarray(image))


def test_metadata_that_lie_on_the_pixels_are_refused() -> None:
    source = tiff(tiffinfo=TiffImagePlugin.ImageFileDirectory_v2())
    with Image.open(source) as image:
        at = image.tag_v2[273][0]
    data = bytearray(source.getvalue())
    first = int.from_bytes(data[4:8], "little")
    # the first entry now claims that a caption lies where the pixels do
    data[first + 2 : first + 14] = b"\x0e\x01\x02\x00\x40\x00\x00\x00" + at.to_bytes(4, "little")
    with pytest.raises(Refused, match="overlap its pixels"):
        relabelled(io.BytesIO(bytes(data)), Metadata())


def test_a_bigtiff_is_refused_and_has_nothing_to_read() -> None:
    source = tiff(big_tiff=True)
    assert metadata_of_tiff(source) == Metadata()
    with pytest.raises(Refused, match="of a kind"):
        relabelled(source, Metadata())


def test_a_plain_file_has_no_metadata() -> None:
    found = metadata_of_tiff(tiff())
    assert found == Metadata()
    assert not has(found.exif, GPS)
