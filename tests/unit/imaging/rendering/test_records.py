from hypothesis import given
from hypothesis import strategies as st

from pictured.imaging.rendering.records import (
    BY_LINE,
    DC,
    NOTICE,
    PHOTOSHOP,
    from_resources,
    properties,
    resources,
    value_of,
    without_numbers,
)


def record(number: int, value: bytes) -> bytes:
    return bytes((0x1C, 2, number)) + len(value).to_bytes(2, "big") + value


IPTC = record(NOTICE, b"(c) Ann") + record(25, b"sea") + record(25, b"sun") + record(55, b"20190714")


def test_iptc_lies_in_a_resource() -> None:
    assert from_resources(resources(IPTC, b"")) == IPTC
    assert resources(None, b"") == b""
    assert from_resources(b"8BIM\x04\x04") is None


def test_other_resources_stay_and_old_copies_of_metadata_go() -> None:
    def resource(kind: int, body: bytes) -> bytes:
        return b"8BIM" + kind.to_bytes(2, "big") + b"\x04name\0" + len(body).to_bytes(4, "big") + body

    old = resource(0x03ED, b"resolution") + resource(0x0422, b"old EXIF") + resources(record(5, b"old"), b"")
    made = resources(IPTC, old)
    assert b"resolution" in made
    assert b"old" not in made


def test_records_are_told_as_xmp() -> None:
    assert list(properties(IPTC)) == [
        (DC, "subject", "bag", ("sea", "sun")),
        (PHOTOSHOP, "DateCreated", "text", ("2019-07-14",)),
        (DC, "rights", "alt", ("(c) Ann",)),
    ]


def test_texts_are_utf_8_or_latin_1() -> None:
    assert value_of(record(BY_LINE, "Zoë".encode()), BY_LINE) == "Zoë"
    assert value_of(record(BY_LINE, "Zoë".encode("latin-1")), BY_LINE) == "Zoë"
    assert value_of(None, BY_LINE) is None


def test_records_are_removed_by_number() -> None:
    assert value_of(without_numbers(IPTC, NOTICE), NOTICE) is None
    assert value_of(without_numbers(IPTC, NOTICE), 25) == "sea"
    assert without_numbers(record(NOTICE, b"x"), NOTICE) is None


@given(st.binary(max_size=200))
def test_no_bytes_make_reading_fail(data: bytes) -> None:
    for each in (data, b"\x1c\x02" + data, b"8BIM\x04\x04" + data):
        list(properties(each))
        from_resources(each)
        resources(each, each)
        without_numbers(each, 80)
