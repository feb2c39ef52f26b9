from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.rules.naming import backup_of, expected_name, extension_for, file_name, folder_of
from pictured.rules.rule import Rule

FACTS = {
    "stem": "one",
    "rule": "web",
    "digest": "0123456789",
    "width": "30",
    "height": "20",
    "date": "2019-07-14T12:30:05",
    "exif.artist": "Ann/Lee",
}


def rule(*, output: dict[str, object], actions: list[dict[str, object]] | None = None) -> Rule:
    given = {"name": "web", "folders": ["/p"], "actions": actions or [{"action": "resize", "percent": 50}]}
    return Rule.model_validate(given | {"output": output})


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{stem}{ext}", "one.jpg"),
        ("{rule}-{digest:4}-{width}x{height}{ext}", "web-0123-30x20.jpg"),
        ("{date:%Y-%m}_{exif.artist}{ext}", "2019-07_Ann_Lee.jpg"),
        ("{exif.Copyright}{stem}{ext}", "one.jpg"),
    ],
)
def test_a_template_is_filled(template: str, name: str) -> None:
    assert file_name(template, FACTS, ".jpg") == name


@given(st.text(max_size=300).map(lambda text: text.encode("utf-8", "ignore").decode()))
def test_a_name_is_safe_whatever_the_metadata_says(artist: str) -> None:
    name = file_name("{exif.artist}{ext}", {**FACTS, "exif.artist": artist}, ".jpg")
    assert 0 < len(name.encode()) <= 255
    assert "/" not in name
    assert "\0" not in name
    assert not name.startswith(".")


@pytest.mark.parametrize(
    ("action", "name"),
    [
        ({"action": "resize", "percent": 50}, "one.JPG"),
        ({"action": "convert", "format": "jpeg"}, "one.jpg"),
        ({"action": "convert", "format": "tiff"}, "one.tif"),
        ({"action": "convert", "format": "avif"}, "one.avif"),
        ({"action": "convert", "format": "auto"}, "one.*"),
        ({"action": "quantise", "colours": 16}, "one.png"),
    ],
)
def test_the_extension_is_known_before_the_result_is(action: dict[str, object], name: str) -> None:
    assert expected_name(rule(output={"into": "/w"}, actions=[action]), FACTS, ".JPG") == name


@pytest.mark.parametrize(
    ("path", "made", "extension"),
    [("a.JPG", ".jpg", ".JPG"), ("a.jpeg", ".jpg", ".jpeg"), ("a.TIFF", ".tif", ".TIFF"), ("a.png", ".jpg", ".jpg")],
)
def test_the_extension_is_spelled_as_the_source_does_where_the_format_stays(
    path: str, made: str, extension: str
) -> None:
    assert extension_for(Path(path), made) == extension


def test_results_and_originals_have_their_places() -> None:
    path = Path("/p/a/b.jpg")
    assert folder_of(rule(output={"into": "/w"}), path) == Path("/w")
    assert folder_of(rule(output={"into": "/w", "layout": "tree"}), path) == Path("/w/a")
    in_place = rule(output={"in_place": True, "backup": "/kept"})
    assert (folder_of(in_place, path), backup_of(in_place, path)) == (Path("/p/a"), Path("/kept/a/b.jpg"))
    with pytest.raises(ValueError, match="in_place"):
        backup_of(rule(output={"into": "/w"}), path)
