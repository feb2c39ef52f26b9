from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.collecting.naming import Facts, facts_of, fill, parse_template
from pictured.filenames import LONGEST, numbered
from pictured.flow import Fingerprint, Picture, Stamp

FACTS = Facts(
    stem="IMG_1",
    ext=".JPG",
    query="poor",
    digest="0123456789abcdef",
    width=4000,
    height=3000,
    date="2019-07-14T12:30:05",
    entry="best",
)
# What file names of a Unix can hold, undecodable bytes among it.
NAMES = st.binary(min_size=1, max_size=255).map(lambda name: name.decode("utf-8", "surrogateescape"))


def picture(path: str, *, taken: str | None = None, mtime_ns: int = 0) -> Picture:
    content = Fingerprint(
        digest=bytes(range(32)),
        size=1,
        width=4,
        height=3,
        format="JPEG",
        mode="RGB",
        bit_depth=8,
        frames=1,
        luma_quantiser=None,
        taken=taken,
        camera=None,
        metadata=(),
        phash=bytes(32),
        crops=b"",
        points=b"",
        thumb=b"",
    )
    return Picture(Path(path), Stamp(1, mtime_ns, 1), content)


def test_every_placeholder_is_filled() -> None:
    template = parse_template("{entry}_{query}_{stem}_{width}x{height}_{digest:8}_{date:%Y-%m}{ext}")
    assert fill(template, FACTS) == "best_poor_IMG_1_4000x3000_01234567_2019-07.JPG"
    assert fill(parse_template("{digest}"), FACTS) == FACTS.digest


@pytest.mark.parametrize("text", ["", "a/{stem}", ".{stem}", "{stem}\0", "{exif.artist}", "{rule}"])
def test_templates_that_cannot_be_one_visible_name_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_template(text)


def test_slashes_and_leading_dots_in_facts_do_no_harm() -> None:
    facts = Facts("..", "", "a/b", "", 1, 1, FACTS.date, "x/y")
    assert fill(parse_template("{query} {entry}"), facts) == "a_b x_y"
    assert fill(parse_template("{stem}"), facts) == "_."
    assert fill(parse_template("{ext}"), facts) == "_"


TEMPLATES = st.sampled_from(["{stem}{ext}", "{query}", "{entry}-{stem} {query}{ext}", "{date:%d}{ext}"])


@given(NAMES, NAMES, NAMES, TEMPLATES)
def test_the_result_is_always_one_safe_name(name: str, query: str, entry: str, text: str) -> None:
    path = Path(name.replace("/", "_").replace("\0", "_"))
    facts = Facts(path.stem, path.suffix, query, "00", 1, 1, FACTS.date, entry)
    result = fill(parse_template(text), facts)
    assert 0 < len(result.encode("utf-8", "surrogateescape")) <= LONGEST
    assert "/" not in result
    assert "\0" not in result
    assert not result.startswith(".")
    for n in (2, 10, 12345):
        other = numbered(result, n)
        assert len(other.encode("utf-8", "surrogateescape")) <= LONGEST
        assert Path(other).suffix == Path(result).suffix or len(Path(result).suffix) > 8
        assert other != result


def test_facts_come_from_the_picture_and_the_query() -> None:
    facts = facts_of(picture("/l/a.b.JPG", taken="2019-07-14T12:30:05"), query=Path("/q/poor.png"), entry="best")
    assert (facts.stem, facts.ext, facts.query, facts.width, facts.height) == ("a.b", ".JPG", "poor", 4, 3)
    assert (facts.date, facts.entry, facts.digest[:4]) == ("2019-07-14T12:30:05", "best", "0001")


@pytest.mark.parametrize("taken", [None, "0000:00:00 00:00:00", "2019"])
def test_without_an_exposure_time_the_files_time_is_the_date(taken: str | None) -> None:
    facts = facts_of(picture("/l/a.jpg", taken=taken, mtime_ns=1_000_000_000 * 10**9), query=None, entry="best")
    assert (facts.date, facts.query) == ("2001-09-09T01:46:40", "a")
