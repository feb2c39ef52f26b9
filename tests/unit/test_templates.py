from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.templates import Placeholder, Takes, dated, parse

KNOWN = {"stem": Takes.NOTHING, "digest": Takes.LENGTH, "date": Takes.DATE, "exif.*": Takes.NOTHING}


def test_literals_and_placeholders_come_in_order() -> None:
    assert parse("a-{stem}{digest:8}{{x}}{exif.artist}", KNOWN) == (
        "a-",
        Placeholder("stem"),
        Placeholder("digest", "8"),
        "{",
        "x}",
        Placeholder("exif.artist"),
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{stm}", "did you mean {stem}?"),
        ("{other}", "Known are {stem}, {digest}, {date}, {exif.*}"),
        ("{stem:4}", "nothing may follow"),
        ("{digest:x}", "a length of 1 to 99"),
        ("{digest:0}", "a length of 1 to 99"),
        ("{date:%Q}", "%Q is not one of"),
        ("{date:100%}", "% is not one of"),
        ("{stem!r}", "{stem!r} is not understood"),
        ("{stem", "a brace has no partner"),
        ("stem}", "a brace has no partner"),
        ("{}", "unknown placeholder {}"),
        ("{exif.}", "unknown placeholder {exif.}"),
        ("{exif.a.b}", "unknown placeholder {exif.a.b}"),
        ("{stem.x}", "unknown placeholder {stem.x}"),
        ("{exif.*}", "unknown placeholder {exif.*}"),
    ],
)
def test_what_is_wrong_is_named(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        parse(text, KNOWN)
    assert told in str(caught.value)


@given(st.text().filter(lambda text: "{" not in text and "}" not in text))
def test_text_without_braces_stands_for_itself(text: str) -> None:
    assert parse(text, KNOWN) == ((text,) if text else ())


@given(st.text(alphabet="{}stem:!.[]% "))
def test_any_text_is_parsed_or_refused_by_a_value_error(text: str) -> None:
    with suppress(ValueError):
        assert all(part and isinstance(part, str | Placeholder) for part in parse(text, KNOWN))


def test_dates_are_written_by_their_form() -> None:
    moment = "2019-07-14T12:30:05"
    assert dated(moment, "") == "2019-07-14"
    assert dated(moment, "%Y/%m %H-%M-%S %y") == "2019/07 12-30-05 19"
