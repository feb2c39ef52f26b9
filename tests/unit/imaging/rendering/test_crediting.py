from pathlib import Path

import pyvips

from pictured.imaging.operations.copyright import Copyright
from pictured.imaging.rendering.canvas import Canvas
from pictured.imaging.rendering.crediting import credited, with_credits
from pictured.imaging.rendering.exif import ARTIST, COPYRIGHT, text_of
from pictured.imaging.rendering.metadata import Metadata
from pictured.imaging.rendering.packets import RIGHTS, Packet, packet_of
from pictured.imaging.rendering.records import DC, NOTICE, value_of
from pictured.imaging.traits import Traits

MINE = Copyright(notice="© 2026 Zoë", artist="Zoë", url="https://example.org/rights")


def packet(metadata: Metadata) -> Packet:
    found = packet_of(metadata.xmp or b"")
    assert found is not None
    return found


def test_a_picture_without_metadata_gets_all_of_it() -> None:
    made, written = with_credits(Metadata(), MINE)
    assert written == ("notice", "artist", "url")
    assert (text_of(made.exif, COPYRIGHT), text_of(made.exif, ARTIST)) == ("© 2026 Zoë", "Zoë")
    assert (packet(made).text(DC, "rights"), packet(made).text(DC, "creator")) == ("© 2026 Zoë", "Zoë")
    assert packet(made).text(RIGHTS, "WebStatement") == "https://example.org/rights"
    assert packet(made).text(RIGHTS, "Marked") == "True"


def test_what_is_there_stays_and_is_told_everywhere(every: Metadata) -> None:
    made, written = with_credits(every, MINE)
    assert written == ("url",)
    assert (text_of(made.exif, COPYRIGHT), text_of(made.exif, ARTIST)) == ("(c) Ann", "Ann")
    assert (packet(made).text(DC, "rights"), packet(made).text(DC, "creator")) == ("(c) Ann", "Ann")
    assert made.iptc == every.iptc


def test_what_is_there_is_replaced_on_demand(every: Metadata) -> None:
    made, written = with_credits(every, Copyright("© Zoë", "Zoë", "https://example.org", replace=True))
    assert written == ("notice", "artist", "url")
    assert (text_of(made.exif, COPYRIGHT), packet(made).text(DC, "rights")) == ("© Zoë", "© Zoë")
    assert value_of(made.iptc, NOTICE) is None
    assert value_of(made.iptc, 90) == "Rome"


def test_writing_twice_changes_nothing() -> None:
    once, _ = with_credits(Metadata(), MINE)
    twice, written = with_credits(once, MINE)
    assert written == ()
    assert twice == once


def test_nothing_to_say_leaves_the_metadata_alone(every: Metadata) -> None:
    assert with_credits(every, Copyright()) == (every, ())


def test_what_was_written_is_noted_and_no_pixel_is_touched() -> None:
    traits = Traits("JPEG", 8, 8, 1, 1, 8, "rgb", False, False, None, None, 0, {})
    made = credited(Canvas(pyvips.Image.black(8, 8), Path("a.jpg"), traits, Metadata()), MINE)
    assert made.notes[0].told == {"written": ["notice", "artist", "url"]}
    assert not made.touched
