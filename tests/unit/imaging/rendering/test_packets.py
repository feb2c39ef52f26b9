import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.rendering.packets import (
    EXIF,
    OURS,
    RIGHTS,
    TIFF,
    joined,
    new_packet,
    packet_of,
    parted,
    upright_xmp,
    with_iptc,
    with_payload,
    without_payload,
)
from pictured.imaging.rendering.records import DC

LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b"&b;</rdf:RDF></x:xmpmeta>"
)


def test_what_is_not_changed_keeps_its_prefixes(every: Metadata) -> None:
    packet = packet_of(every.xmp or b"")
    assert packet is not None
    packet.write(DC, "rights", "alt", ("© <Ann> & Bea",))
    made = bytes(packet)
    assert b"<me:kept>something of mine</me:kept>" in made
    again = packet_of(made)
    assert again is not None
    assert again.text(DC, "rights") == "© <Ann> & Bea"


def test_a_written_property_replaces_the_old_one() -> None:
    packet = new_packet()
    for value in ("one", "two"):
        packet.write(RIGHTS, "WebStatement", "text", (value,))
    assert b"one" not in bytes(packet)
    assert packet.text(RIGHTS, "WebStatement") == "two"


def test_names_with_a_common_beginning_are_removed_together(every: Metadata) -> None:
    packet = packet_of(every.xmp or b"")
    assert packet is not None
    packet.remove(EXIF, "GPS", whole=False)
    assert b"GPSLatitude" not in bytes(packet)


def test_an_upright_picture_says_so(every: Metadata) -> None:
    packet = packet_of(upright_xmp(every.xmp or b"", 30, 40))
    assert packet is not None
    assert packet.text(TIFF, "Orientation") == "1"
    assert upright_xmp(b"<broken Orientation", 1, 1) == b"<broken Orientation"


@pytest.mark.parametrize("hostile", [LAUGHS, b"<a>" * 5000, b"", b"\xff\xfe", b"<x>no rdf</x>", b"\0" * 50])
def test_hostile_packets_are_none(hostile: bytes) -> None:
    assert packet_of(hostile) is None


@given(st.binary(max_size=300))
def test_no_bytes_make_reading_fail(data: bytes) -> None:
    assert packet_of(data) is None
    assert upright_xmp(data, 1, 1) == data
    assert without_payload(data) == (data, None)


@given(st.text(max_size=50))
def test_every_text_can_be_written_and_read(text: str) -> None:
    packet = new_packet()
    packet.write(DC, "rights", "alt", (text,))
    assert packet_of(bytes(packet)) is not None


@given(st.binary(max_size=500))
def test_a_payload_goes_in_and_out(payload: bytes) -> None:
    rest, found = without_payload(with_payload(None, payload))
    assert found == payload
    assert b"payload" not in rest


def test_a_payload_that_is_no_base64_is_none() -> None:
    packet = new_packet()
    packet.write(OURS, "payload", "text", ("***",))
    assert without_payload(bytes(packet))[1] is None


def test_iptc_is_added_where_xmp_says_nothing(every: Metadata) -> None:
    packet = new_packet()
    packet.write(DC, "rights", "alt", ("mine",))
    made = packet_of(with_iptc(bytes(packet), every.iptc or b"") or b"")
    assert made is not None
    assert (made.text(DC, "rights"), made.text(DC, "subject")) == ("mine", "sea")
    assert with_iptc(b"<broken", every.iptc or b"") == b"<broken"


def test_a_long_packet_is_parted_and_joined() -> None:
    packet = new_packet()
    packet.write(DC, "title", "text", ("short",))
    packet.write(DC, "description", "text", ("x" * 200_000,))
    main, rest = parted(bytes(packet), 65_000)
    assert len(main) <= 65_000
    assert all(len(part) <= 65_100 for part in rest)
    whole = packet_of(joined(main, b"".join(part[40:] for part in rest)))
    assert whole is not None
    assert whole.text(DC, "description") == "x" * 200_000
    assert parted(b"short", 100) == (b"short", [])
    assert len(parted(b"<broken" * 20_000, 65_000)[0]) < 1000
