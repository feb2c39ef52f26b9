from pictured.actions.filling import filled


def test_facts_stand_in_place_of_placeholders() -> None:
    assert filled("{stem}, {date:%Y}", {"stem": "beach", "date": "2019-07-14T12:30:05"}) == "beach, 2019"


def test_a_fact_that_is_missing_leaves_no_gap() -> None:
    assert filled("© {exif.year} {exif.artist}", {"exif.artist": "Ann"}) == "© Ann"


def test_no_bare_sign_is_left_where_nothing_is_known() -> None:
    assert filled("© {exif.artist}", {}) == ""
    assert filled(None, {}) == ""
    assert filled("© Ann", {}) == "© Ann"


def test_what_is_no_text_is_made_one() -> None:
    assert filled("{stem}", {"stem": "a\udcffb\nc\0d"}) == "a\ufffdb\nc d"
