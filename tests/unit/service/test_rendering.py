import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pictured.disk.reading import stamp_of
from pictured.flow import Picture
from pictured.imaging.limits import DecodingLimits
from pictured.rules.planning import digest_of
from pictured.rules.reading_marks import read_mark
from pictured.rules.rule import Rule
from pictured.service.acting import undo
from pictured.service.library import Library
from pictured.service.rendering import Applied, applied, sweep_drafts
from pictured.service.workers import Workers
from pictured.store.renders import Renders

pytestmark = pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")

Draw = Callable[..., Path]
Index = Callable[[Path], Picture]
Tree = Callable[[Path], dict[str, bytes]]
WithWorkers = Callable[[Callable[[Workers], Awaitable[Any]]], Any]


def rule(folder: Path, *actions: dict[str, object], **output: object) -> Rule:
    given = {"name": "web", "folders": [folder / "l"], "actions": actions or ({"action": "resize", "long_edge": 60},)}
    return Rule.model_validate(given | {"output": {"into": folder / "web"} | output, "mode": "auto"})


@pytest.fixture
def carry_out(library: Library, with_workers: WithWorkers) -> Callable[..., Applied]:
    """Carry out a rule on a picture."""

    def run(asked: Rule, picture: Picture) -> Applied:
        async def scenario(workers: Workers) -> Applied:
            traits = await workers.examine(picture.path, picture.stamp)
            return await applied(library, workers, asked, picture, traits)

        found: Applied = with_workers(scenario)
        return found

    return run


Carry = Callable[[Rule, Picture], Applied]


def test_a_result_is_placed_recorded_and_nothing_else_is_left(
    tmp_path: Path, draw: Draw, index: Index, library: Library, carry_out: Carry
) -> None:
    picture = index(draw(tmp_path / "l/a.jpg", "coffee", width=120))
    before = picture.path.read_bytes()

    done = carry_out(rule(tmp_path), picture)

    assert (done.error, done.kept, len(done.placed)) == (None, None, 1)
    with Image.open(tmp_path / "web/a.jpg") as result:
        assert result.size == (60, 40)
    assert (tmp_path / "web/a.jpg").stat().st_mtime_ns == picture.stamp.mtime_ns
    assert picture.path.read_bytes() == before
    record = Renders(library.db).of(picture.content.digest, digest_of(rule(tmp_path)))
    assert record is not None
    assert (record.outcome, record.path, record.entry) == ("placed", picture.path, "rules/web")
    [placed] = library.journal.rendered("rules/web", picture.path)
    assert library.journal.is_ours(placed.target, placed.stamp)
    assert list((library.home / "drafts").iterdir()) == []


def test_the_same_again_writes_nothing(
    tmp_path: Path, draw: Draw, index: Index, library: Library, carry_out: Carry, tree: Tree
) -> None:
    picture = index(draw(tmp_path / "l/a.jpg", "coffee", width=120))
    carry_out(rule(tmp_path), picture)
    before = tree(tmp_path / "web")

    assert carry_out(rule(tmp_path), picture).kept == "a.jpg already holds the same bytes"
    assert tree(tmp_path / "web") == before
    assert len(library.journal.history(None, 9)) == 1


def test_an_edited_rule_replaces_its_own_result_and_no_other_file(
    tmp_path: Path, draw: Draw, index: Index, carry_out: Carry
) -> None:
    one, other = (index(draw(tmp_path / f"l/{folder}/a.jpg", "coffee", width=120)) for folder in ("x", "y"))
    (tmp_path / "web").mkdir()
    (tmp_path / "web/a.jpg").write_text("mine")
    other_rule = rule(tmp_path, {"action": "resize", "long_edge": 50})

    names = [each.step.target.name for done in (carry_out(rule(tmp_path), one),) for each in done.placed]  # type: ignore[union-attr]
    again = [each.step.target.name for each in carry_out(other_rule, one).placed]  # type: ignore[union-attr]

    assert (names, again) == (["a (2).jpg"], ["a (2).jpg"])
    assert (tmp_path / "web/a.jpg").read_text() == "mine"
    assert other.path.exists()
    with Image.open(tmp_path / "web/a (2).jpg") as result:
        assert result.size == (50, 33)


def test_what_would_be_larger_is_not_written(
    tmp_path: Path, draw: Draw, index: Index, library: Library, carry_out: Carry
) -> None:
    picture = index(draw(tmp_path / "l/a.jpg", "coffee", width=120, quality=30))
    bigger = rule(tmp_path, {"action": "convert", "format": "png"})

    done = carry_out(bigger, picture)

    assert done.placed == []
    assert f"more than the {picture.content.size} of the source" in (done.kept or "")
    assert not (tmp_path / "web").exists()
    record = Renders(library.db).of(picture.content.digest, digest_of(bigger))
    assert record is not None
    assert record.outcome == "kept"


def test_in_place_keeps_the_original_and_undo_puts_it_back(
    tmp_path: Path, draw: Draw, index: Index, library: Library, carry_out: Carry, tree: Tree
) -> None:
    picture = index(draw(tmp_path / "l/x/a.jpg", "coffee", width=120))
    original = picture.path.read_bytes()
    asked = rule(tmp_path, into=None, in_place=True, backup=tmp_path / "kept")

    done = carry_out(asked, picture)

    assert done.error is None
    assert tree(tmp_path / "kept") == {"x/a.jpg": original}
    with Image.open(picture.path) as result:
        assert result.size == (60, 40)
    [made] = [each.placed for each in done.placed if each.placed is not None and each.placed.target == picture.path]
    assert asyncio.run(undo(made, library)) is None
    assert picture.path.read_bytes() == original
    assert library.journal.placed_at(picture.path) is None


def test_in_place_does_not_change_the_kind_of_a_file(
    tmp_path: Path, draw: Draw, index: Index, carry_out: Carry, tree: Tree
) -> None:
    picture = index(draw(tmp_path / "l/a.jpg", "coffee", width=120))
    before = tree(tmp_path / "l")
    output = {"into": None, "in_place": True, "backup": tmp_path / "kept", "never_larger": False}

    done = carry_out(rule(tmp_path, {"action": "convert", "format": "png"}, **output), picture)

    assert "would become a .png file" in (done.error or "")
    assert tree(tmp_path / "l") == before
    assert not (tmp_path / "kept").exists()


def test_tiles_get_a_folder_of_their_own(tmp_path: Path, draw: Draw, index: Index, carry_out: Carry) -> None:
    picture = index(draw(tmp_path / "l/a.jpg", "coffee", width=120))

    done = carry_out(rule(tmp_path, {"action": "tile", "width": 64, "height": 64}), picture)

    assert done.error is None
    assert {path.name for path in (tmp_path / "web/a").iterdir()} == {
        "manifest.json", "r000-c000.png", "r000-c001.png", "r001-c000.png", "r001-c001.png"
    }  # fmt: skip


def test_a_mark_is_made_last_and_its_random_key_is_kept_in_the_record(
    tmp_path: Path, draw: Draw, index: Index, library: Library, carry_out: Carry
) -> None:
    picture = index(draw(tmp_path / "l/a.jpg", "china", width=600))
    mark = {"action": "invisible_mark", "bits": 64}

    done = carry_out(rule(tmp_path, mark, {"action": "resize", "long_edge": 420}), picture)

    assert (done.error, len(done.placed)) == (None, 1)
    result = tmp_path / "web/a.jpg"
    with Image.open(result) as image:
        assert image.size == (420, 280)
    key = read_mark(result, stamp_of(result), None, DecodingLimits(10**7, 10**9)).key
    assert key is not None
    [record] = Renders(library.db).marked(key.hex())
    assert (record.path, record.entry, record.outcome) == (picture.path, "rules/web", "placed")
    assert record.told["invisible_mark"]["weak"] is False
    assert record.told["read_back"]["margins_db"][0] > 1


def test_a_picture_that_changed_meanwhile_is_not_rendered(
    tmp_path: Path, draw: Draw, index: Index, library: Library, carry_out: Carry
) -> None:
    picture = index(draw(tmp_path / "l/a.jpg", "coffee", width=120))
    stale = Picture(picture.path, picture.stamp, picture.content)

    async def scenario() -> None:
        draw(picture.path, "rocket", width=130)

    asyncio.run(scenario())
    with pytest.raises(Exception, match="changed"):
        carry_out(rule(tmp_path), stale)
    assert Renders(library.db).of(picture.content.digest, digest_of(rule(tmp_path))) is None


def test_a_picture_that_cannot_take_a_rule_is_refused_once(
    tmp_path: Path, index: Index, library: Library, carry_out: Carry
) -> None:
    (tmp_path / "l").mkdir()
    frames = [Image.effect_noise((40, 30), sigma).convert("P") for sigma in (20, 40)]
    frames[0].save(tmp_path / "l/a.gif", save_all=True, append_images=frames[1:], duration=100)
    picture = index(tmp_path / "l/a.gif")
    asked = rule(tmp_path, {"action": "quantise", "colours": 4})

    done = carry_out(asked, picture)

    assert "a.gif" in (done.error or "")
    assert not done.retry
    record = Renders(library.db).of(picture.content.digest, digest_of(asked))
    assert record is not None
    assert record.outcome == "refused"


def test_drafts_of_a_crash_are_swept(library: Library) -> None:
    (library.home / "drafts/old").mkdir(parents=True)
    (library.home / "drafts/old/0.jpg").write_text("half")

    sweep_drafts(library)

    assert not (library.home / "drafts").exists()
