import io
import struct
from pathlib import Path

import pytest
from PIL import Image

from pictured.errors import Refused, Truncated
from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.rendering.packets import new_packet, packet_of
from pictured.imaging.rendering.segments import metadata_of_jpeg, relabel_jpeg

DC = "http://purl.org/dc/elements/1.1/"


def jpeg(**options: object) -> bytes:
    file = io.BytesIO()
    Image.linear_gradient("L").convert(str(options.pop("mode", "RGB"))).save(file, "JPEG", **options)
    return file.getvalue()


def relabelled(data: bytes, metadata: Metadata, folder: Path) -> bytes:
    source = folder / "source"
    source.write_bytes(data)
    target = io.BytesIO()
    with source.open("rb") as file:
        relabel_jpeg(file, metadata, target)
    return target.getvalue()


def scans(data: bytes) -> bytes:
    """From the first table on, which is all that the pixels are decoded from."""
    return data[min(data.index(b"\xff\xdb"), data.index(b"\xff\xc0") if b"\xff\xc0" in data else len(data)) :]


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"mode": "L"}, {"mode": "CMYK"}])
def test_the_coded_picture_stays_byte_for_byte(options: dict[str, object], every: Metadata, tmp_path: Path) -> None:
    data = jpeg(**options)
    for metadata in (every, Metadata(), Metadata(extras=False)):
        made = relabelled(data, metadata, tmp_path)
        assert scans(made) == scans(data)
        assert metadata_of_jpeg(io.BytesIO(made)) == Metadata(
            metadata.exif, metadata.icc, metadata.xmp, metadata.iptc, metadata.payload
        )


def test_adobe_s_transform_stays_whatever_is_removed(tmp_path: Path) -> None:
    assert b"Adobe" in relabelled(jpeg(mode="CMYK"), Metadata(extras=False), tmp_path)


def test_comments_and_what_stands_behind_go_only_with_the_extras(tmp_path: Path) -> None:
    data = jpeg(comment=b"a word") + b"a second picture"
    assert relabelled(data, Metadata(), tmp_path).endswith(b"a second picture")
    assert b"a word" in relabelled(data, Metadata(), tmp_path)
    bare = relabelled(data, Metadata(extras=False), tmp_path)
    assert bare.endswith(b"\xff\xd9")
    assert b"a word" not in bare


def test_the_index_of_further_pictures_keeps_pointing_at_them(every: Metadata, tmp_path: Path) -> None:
    file = io.BytesIO()
    first, second = Image.new("RGB", (32, 24), "navy"), Image.new("RGB", (16, 12), "red")
    first.save(file, "MPO", save_all=True, append_images=[second])
    made = relabelled(file.getvalue(), every, tmp_path)
    with Image.open(io.BytesIO(made)) as image:
        assert (image.format, getattr(image, "n_frames", 1)) == ("MPO", 2)
        image.seek(1)
        assert image.size == (16, 12)
        assert image.convert("RGB").getpixel((3, 3)) == pytest.approx((254, 0, 0), abs=3)


def test_a_long_profile_and_a_long_packet_are_dealt_out_and_joined(tmp_path: Path) -> None:
    packet = new_packet()
    packet.write(DC, "title", "text", ("short",))
    packet.write(DC, "description", "text", ("long " * 40_000,))
    metadata = Metadata(icc=bytes(range(256)) * 800, xmp=bytes(packet))
    found = metadata_of_jpeg(io.BytesIO(relabelled(jpeg(), metadata, tmp_path)))
    assert found.icc == metadata.icc
    read = packet_of(found.xmp or b"")
    assert read is not None
    assert (read.text(DC, "title"), read.text(DC, "description")) == ("short", ("long " * 40_000).strip())


def test_what_a_jpeg_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="more EXIF than a JPEG holds"):
        relabelled(jpeg(), Metadata(exif=bytes(70_000)), tmp_path)
    with pytest.raises(Refused, match="profile that is too long"):
        relabelled(jpeg(), Metadata(icc=bytes(20 << 20)), tmp_path)


def test_files_that_are_none_or_end_early_are_told(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is no JPEG"):
        relabelled(b"not a picture", Metadata(), tmp_path)
    with pytest.raises(Truncated, match="ends before"):
        relabelled(jpeg()[:40], Metadata(), tmp_path)
    with pytest.raises(Truncated):
        relabelled(b"\xff\xd8\xff\xe1" + struct.pack(">H", 60_000), Metadata(), tmp_path)
