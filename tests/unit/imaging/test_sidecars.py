from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.errors import Refused
from pictured.imaging.rendering.records import DC, PHOTOSHOP
from pictured.imaging.sidecars import EXIF, LONGEST, RDF, XMP, Additions, added_to, said_by

DARKTABLE = b"""<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:darktable="http://darktable.sf.net/"
    xmlns:dc='http://purl.org/dc/elements/1.1/'
   xmp:Rating="0"
   darktable:xmp_version="5">
   <!-- a comment -->
   <darktable:history><rdf:Seq><rdf:li darktable:num="0"/></rdf:Seq></darktable:history>
   <dc:subject>
    <rdf:Bag>
     <rdf:li>sea</rdf:li>
    </rdf:Bag>
   </dc:subject>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
"""
BOMB = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/">&b;</x:xmpmeta>'
)
TEXTS = st.text(
    st.characters(min_codepoint=32, blacklist_categories=["Cs"], blacklist_characters="\ufffe\uffff"), min_size=1
)
WORDS = TEXTS.map(str.strip).filter(bool)


def packet(body: str, attributes: str = "") -> bytes:
    spaces = f'xmlns:rdf="{RDF}" xmlns:xmp="{XMP}" xmlns:dc="{DC}"'
    return f"<rdf:RDF {spaces}><rdf:Description {attributes}>{body}</rdf:Description></rdf:RDF>".encode()


def test_attributes_elements_and_lists_are_read() -> None:
    said = said_by(DARKTABLE)

    assert said.text(XMP, "Rating") == "0"
    assert said.items(DC, "subject") == ("sea",)
    assert said.text(DC, "title") is None
    assert said_by(packet("<xmp:Rating> 3 </xmp:Rating>")).text(XMP, "Rating") == "3"


def test_everything_that_is_there_stays_byte_for_byte() -> None:
    plain = {(XMP, "Rating"): "4", (EXIF, "GPSLatitude"): "48,12.5N", (PHOTOSHOP, "DateCreated"): "2019-07-14"}

    made = added_to(DARKTABLE, Additions(plain, "A <day> & more", ["sky", "sea & sand"]))

    said = said_by(made)
    assert said.text(XMP, "Rating") == "4"
    assert said.text(EXIF, "GPSLatitude") == "48,12.5N"
    assert said.text(DC, "title") == "A <day> & more"
    assert said.items(DC, "subject") == ("sea", "sky", "sea & sand")
    rest = iter(made)
    assert all(byte in rest for byte in DARKTABLE.replace(b'Rating="0"', b'Rating="'))
    assert b"<!-- a comment -->" in made
    assert b'<rdf:li darktable:num="0"/>' in made


@given(WORDS, st.lists(WORDS, unique=True, max_size=4))
def test_what_is_put_into_a_new_packet_is_read_back(title: str, keywords: list[str]) -> None:
    said = said_by(added_to(None, Additions({}, title, keywords)))

    assert said.text(DC, "title") == title
    assert said.items(DC, "subject") == tuple(keywords)


def test_what_the_packet_is_about_stays_the_same() -> None:
    made = added_to(packet("", 'rdf:about="uuid:&quot;1"'), Additions({(XMP, "Rating"): "2"}))

    assert said_by(made).about == 'uuid:"1'
    assert made.count(b"uuid:") == 2


def test_other_prefixes_are_understood() -> None:
    subject = f'<q:subject xmlns:q="{DC}"><a:Bag><a:li>x</a:li></a:Bag></q:subject>'
    odd = f'<a:RDF xmlns:a="{RDF}"><a:Description a:about="">{subject}</a:Description></a:RDF>'

    assert said_by(added_to(odd.encode(), Additions(keywords=["y"]))).items(DC, "subject") == ("x", "y")


@pytest.mark.parametrize(
    "body",
    [
        "<dc:title><rdf:Alt><rdf:li xml:lang='x-default'/></rdf:Alt></dc:title>",
        "<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>Mine</rdf:li></rdf:Alt></dc:title>",
    ],
)
def test_a_property_that_is_there_is_not_there_twice(body: str) -> None:
    assert added_to(packet(body), Additions(title="Other")) == packet(body)


@pytest.mark.parametrize(
    ("hostile", "reason"),
    [
        (BOMB, "document type"),
        (b"<x" * 100 + b">", "is no XMP"),
        (b"", "is no XMP"),
        (b"<html/>", "no rdf:RDF"),
        (b"<a>" * 100_000, "nested deeper"),
        (b"<a>" + b"<b/>" * 200_001 + b"</a>", "more parts"),
        (bytes(LONGEST + 1), "16 MiB"),
        (b"\xff\xfe<\0a\0", "is no XMP"),
    ],
)
def test_what_is_hostile_is_refused_before_it_costs_anything(hostile: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        said_by(hostile)


@pytest.mark.parametrize(
    "odd",
    [
        packet("<dc:subject><rdf:Bag/></dc:subject>"),
        packet("<dc:subject>plain</dc:subject>"),
        f'<rdf:RDF xmlns:rdf="{RDF}"/>'.encode(),
        '<?xml version="1.0" encoding="UTF-16"?>'.encode("utf-16") + packet("").decode().encode("utf-16")[2:],
    ],
)
def test_what_cannot_be_added_to_is_left_alone(odd: bytes) -> None:
    with pytest.raises(Refused, match="stays as it is"):
        added_to(odd, Additions(keywords=["more"]))


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail_otherwise(data: bytes) -> None:
    with suppress(Refused):
        said_by(data)
