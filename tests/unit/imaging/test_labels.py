from io import BytesIO

from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from pictured.imaging.labels import Labels, first_of, labels_in, labels_in_file
from pictured.imaging.rendering.records import DC
from pictured.imaging.sidecars import EXIF, XMP, Additions, added_to, said_by


def jpeg(**options: object) -> BytesIO:
    made = BytesIO()
    Image.new("RGB", (8, 8)).save(made, "JPEG", **options)  # type: ignore[arg-type]
    made.seek(0)
    return made


def test_a_picture_tells_by_its_exif() -> None:
    exif = Image.Exif()
    exif[0x4746] = 4
    exif.get_ifd(0x8769)[0x9003] = "2019:07:14 12:30:05"
    exif[0x9C9E] = "sea;sky;Sea".encode("utf-16-le")
    gps = exif.get_ifd(0x8825)
    gps[1], gps[3] = "N", "W"
    gps[2] = (IFDRational(48), IFDRational(12), IFDRational(30))
    gps[4] = (IFDRational(11), IFDRational(30), IFDRational(0))

    labels = labels_in_file(jpeg(exif=exif))

    assert labels.rating == "4"
    assert labels.keywords == ("sea", "sky")
    assert labels.position == ("48,12.5000N", "11,30.0000W")
    assert labels.taken == "2019-07-14T12:30:05"


def test_a_picture_tells_by_its_xmp_and_its_iptc() -> None:
    xmp = added_to(None, Additions({(XMP, "Rating"): "5"}, "A day", ["sea"]))
    records = b"\x1c\x02\x05\0\x05Other\x1c\x02\x19\0\x03sky\x1c\x02\x19\0\x04rain\x1c\x02\x37\0\x0820190714"
    resource = b"8BIM\x04\x04\0\0" + len(records).to_bytes(4, "big") + records + b"\0" * (len(records) % 2)
    segment = b"Photoshop 3.0\0" + resource
    made = jpeg(xmp=xmp).getvalue()
    whole = made[:2] + b"\xff\xed" + (len(segment) + 2).to_bytes(2, "big") + segment + made[2:]

    labels = labels_in_file(BytesIO(whole))

    assert labels == Labels("5", ("sea", "sky", "rain"), "A day", None, "2019-07-14")


def test_what_makes_no_sense_says_nothing() -> None:
    odd = {
        (XMP, "Rating"): "7",
        (EXIF, "GPSLatitude"): "north",
        (EXIF, "GPSLongitude"): "9,9E",
        (EXIF, "DateTimeOriginal"): "once",
    }

    assert labels_in(said_by(added_to(None, Additions(odd)))) == Labels()
    assert labels_in(said_by(added_to(None, Additions({(XMP, "Rating"): "0"})))) == Labels()
    assert labels_in_file(BytesIO(b"no picture")) == Labels()
    assert labels_in_file(jpeg(xmp=b"<!DOCTYPE x><x/>")) == Labels()


def test_the_first_value_goes_before_and_keywords_are_joined() -> None:
    told = [Labels(None, ("Sea",), None), Labels("3", ("sea", "sky"), "B"), Labels("5", (), "C")]

    assert first_of(told) == Labels("3", ("Sea", "sky"), "B")
    assert first_of([]) == Labels()


def test_a_rejected_picture_is_rated() -> None:
    said = said_by(added_to(None, Additions({(XMP, "Rating"): "-1"}, None, ["x"])))

    assert labels_in(said).rating == "-1"
    assert said.items(DC, "subject") == ("x",)
