import asyncio
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from pictured.errors import Damaged, StoreError
from pictured.flow import Collect, Form, Picture
from pictured.service.acting import act, undo
from pictured.service.library import Library
from pictured.service.recovering import recover
from pictured.service.rescuing import rescued, suspected
from pictured.store.opening import open_store
from pictured.store.renders import Rendering, Renders

Draw = Callable[..., Path]
Index = Callable[[Path], Picture]


def placed(library: Library, folder: Path, picture: Picture, name: str) -> int:
    step = Collect(
        "best",
        folder / "q/poor.jpg",
        picture.path,
        picture.stamp,
        picture.content.digest,
        folder / "best" / name,
        Form.COPY,
        "the only copy",
    )
    outcome = asyncio.run(act(step, library, folder / "best"))
    assert outcome.placed is not None
    return outcome.placed.id


def damage(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[4096:] = b"\x5a" * (len(content) - 4096)
    file.write_bytes(content)


def test_a_sound_index_is_left_alone(tmp_path: Path) -> None:
    assert rescued(tmp_path) is None
    assert rescued(tmp_path) is None
    assert [path.name for path in tmp_path.glob("*damaged*")] == []


def test_a_damaged_index_is_made_anew_and_knows_what_is_ours(
    tmp_path: Path, draw: Draw, index: Index, library: Library
) -> None:
    picture = index(draw(tmp_path / "l/a.jpg", "coffee", width=100))
    numbers = [placed(library, tmp_path, picture, name) for name in ("a.jpg", "b.jpg")]
    gone = library.journal.placed(numbers[0])
    assert gone is not None
    assert asyncio.run(undo(gone, library)) is None
    told = {"invisible_mark": {"key": "ab" * 8}}
    mark = Rendering(picture.content.digest, bytes(32), "mark embed", picture.path, 1.0, "placed", "by hand", told)
    Renders(library.db).record(mark)
    library.db.close()
    damage(tmp_path / "state/index.sqlite3")

    rescue = rescued(tmp_path / "state")

    assert rescue is not None
    assert (rescue.known, rescue.aside.exists()) == (1, True)
    with closing(open_store(tmp_path / "state", writer=True)) as db:
        anew = Library(db)
        assert [each.target.name for each in anew.journal.active("best")] == ["b.jpg"]
        assert Renders(db).marked("abab") == [mark]
        assert anew.journal.answers("best") == {tmp_path / "q/poor.jpg": numbers[1]}
        assert placed(anew, tmp_path, picture, "c.jpg") > max(numbers)
        assert asyncio.run(recover(anew)) == ([], [])


def test_a_damage_that_shows_in_use_is_remembered_until_the_next_start(tmp_path: Path) -> None:
    with pytest.raises(Damaged), suspected(tmp_path):
        raise Damaged("it is damaged")
    with pytest.raises(BaseExceptionGroup), suspected(tmp_path):
        raise BaseExceptionGroup("tasks", [Damaged("it is damaged")])
    assert rescued(tmp_path) is not None
    assert rescued(tmp_path) is None


def test_other_troubles_are_no_damage(tmp_path: Path) -> None:
    with pytest.raises(StoreError), suspected(tmp_path):
        raise StoreError("the disk is full")
    assert rescued(tmp_path) is None


@pytest.fixture(autouse=True)
def _state(tmp_path: Path) -> None:
    tmp_path.mkdir(exist_ok=True)
