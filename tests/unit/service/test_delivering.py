from hashlib import sha256
from pathlib import Path

import pytest

from pictured.disk.reading import stamp_of
from pictured.errors import Refused
from pictured.flow import Collect, Fingerprint, Form, Keep, Picture
from pictured.imaging.rendered import Made, Rendered
from pictured.rules.naming import facts_of
from pictured.rules.planning import planned
from pictured.rules.rule import Rule
from pictured.service.delivering import Delivery, steps_for, taken_at
from pictured.service.library import Library


def source(folder: Path) -> Picture:
    path = folder / "l/x/a.jpg"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"source")
    content = Fingerprint(
        sha256(b"source").digest(), 6, 40, 30, "JPEG", "RGB", 8, 1, None, None, None, (), bytes(32), b"", b"", b""
    )
    return Picture(path, stamp_of(path), content)


def delivery(folder: Path, picture: Picture, **output: object) -> Delivery:
    given = {"name": "web", "folders": [folder / "l"], "actions": [{"action": "resize", "percent": 50}]}
    rule = Rule.model_validate(given | {"output": {"into": folder / "web"} | output})
    facts = facts_of(picture, {"artist": "Ann"}, rule.name)
    return Delivery(rule, planned(rule, picture, facts), picture, facts)


def made(folder: Path, name: str = "", content: bytes = b"made", extension: str = ".jpg") -> Made:
    file = folder / f"draft{name}"
    file.write_bytes(content)
    return Made(file, name, extension, "jpeg", 20, 15, len(content), sha256(content).digest())


def test_a_single_result_is_named_by_the_template_and_its_own_size(tmp_path: Path, library: Library) -> None:
    picture = source(tmp_path)
    asked = delivery(tmp_path, picture, layout="tree", name="{stem}-{width}-{exif.artist}{ext}")
    [step] = steps_for(asked, Rendered((made(tmp_path),), ()), library)
    assert isinstance(step, Collect)
    assert step.target == tmp_path / "web/x/a-20-Ann.jpg"
    assert step.draft is not None
    assert (step.draft.path, step.source, step.entry) == (tmp_path / "draft", picture.path, "rules/web")


def test_several_results_share_a_folder_that_nobody_else_has(tmp_path: Path, library: Library) -> None:
    picture = source(tmp_path)
    (tmp_path / "web/a").mkdir(parents=True)
    (tmp_path / "web/a/mine.txt").touch()
    results = Rendered((made(tmp_path, "r000-c000"), made(tmp_path, "manifest", extension=".json")), ())
    steps = list(steps_for(delivery(tmp_path, picture, name="{stem}{ext}"), results, library))
    targets = [step.target for step in steps if isinstance(step, Collect)]
    assert targets == [tmp_path / "web/a (2)/r000-c000.jpg", tmp_path / "web/a (2)/manifest.json"]


def test_an_empty_folder_that_a_crash_left_is_used(tmp_path: Path, library: Library) -> None:
    picture = source(tmp_path)
    (tmp_path / "web/a").mkdir(parents=True)
    [step] = steps_for(delivery(tmp_path, picture), Rendered((made(tmp_path, "r000-c000"),), ()), library)
    assert isinstance(step, Collect)
    assert step.target == tmp_path / "web/a/r000-c000.jpg"


def test_in_place_keeps_the_original_before_anything_is_replaced(tmp_path: Path, library: Library) -> None:
    picture = source(tmp_path)
    asked = delivery(tmp_path, picture, into=None, in_place=True, backup=tmp_path / "kept")
    steps = list(steps_for(asked, Rendered((made(tmp_path),), ()), library))
    kept, replaced = steps
    assert isinstance(kept, Collect)
    assert isinstance(replaced, Collect)
    assert (kept.target, kept.draft) == (tmp_path / "kept/x/a.jpg", None)
    assert replaced.target == picture.path
    assert replaced.replaces is not None
    assert replaced.replaces.digest == picture.content.digest
    assert library.journal.placed_at(picture.path) is None


def test_in_place_does_nothing_where_nothing_changes(tmp_path: Path, library: Library) -> None:
    picture = source(tmp_path)
    asked = delivery(tmp_path, picture, into=None, in_place=True, backup=tmp_path / "kept")
    [step] = steps_for(asked, Rendered((made(tmp_path, content=b"source"),), ()), library)
    assert isinstance(step, Keep)


@pytest.mark.parametrize("result", [("r000-c000", ".jpg"), ("", ".png")])
def test_in_place_takes_one_result_of_the_same_kind(tmp_path: Path, library: Library, result: tuple[str, str]) -> None:
    picture = source(tmp_path)
    asked = delivery(tmp_path, picture, into=None, in_place=True, backup=tmp_path / "kept")
    with pytest.raises(Refused, match="cannot take its place"):
        list(steps_for(asked, Rendered((made(tmp_path, result[0], extension=result[1]),), ()), library))


def test_names_are_seen_with_what_is_ours(tmp_path: Path, library: Library) -> None:
    picture = source(tmp_path)
    first, second = tmp_path / "a.jpg", tmp_path / "a (2).jpg"
    first.write_bytes(b"1234")
    second.write_bytes(b"123456")
    step = Collect("rules/web", None, picture.path, picture.stamp, sha256(b"123456").digest(), second, Form.COPY, "why")
    placed = library.journal.finish(library.journal.begin(step, 0.0), stamp_of(second), 0.0)
    taken = taken_at(first, 4, library)
    assert taken.keys() == {first, second}
    assert (taken[first].digest, taken[first].ours) == (sha256(b"1234").digest(), None)
    assert taken[second].ours == placed
    assert taken_at(first, 5, library)[first].digest is None
