from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

import pictured.service.tying as module
from pictured.flow import Picture
from pictured.service.library import Library, Scope
from pictured.service.tying import Ties

Draw = Callable[..., Path]
Index = Callable[[Path], Picture]


@pytest.fixture
def folder(tmp_path: Path, draw: Draw, index: Index) -> Path:
    """Two pictures in three sizes each, one alone, and a twin of it elsewhere."""
    for name in ("coffee", "rocket"):
        for width in (100, 200, 300):
            index(draw(tmp_path / f"l/{name}-{width}.jpg", name, width=width))
    alone = draw(tmp_path / "l/chelsea.jpg", "chelsea", width=200)
    index(alone)
    (tmp_path / "twin.jpg").write_bytes(alone.read_bytes())
    index(tmp_path / "twin.jpg")
    return tmp_path


def names(library: Library, sets: Iterable[Iterable[int]]) -> list[set[str]]:
    return [{path.stem for number in each for path, _ in library.catalogue.copies(number)} for each in sets]


def searched(library: Library, scope: Scope) -> Ties:
    ties = Ties(library, scope)
    assert list(ties.search()) == list(range(1, len(ties) + 1))
    return ties


@pytest.mark.parametrize("small", [20_000, 0])
def test_copies_are_tied_together_also_among_many(
    folder: Path, library: Library, monkeypatch: pytest.MonkeyPatch, small: int
) -> None:
    monkeypatch.setattr(module, "_SMALL", small)

    ties = searched(library, Scope((folder / "l",)))

    assert len(ties) == 7
    assert names(library, ties.sets()) == [
        {"coffee-100", "coffee-200", "coffee-300"},
        {"rocket-100", "rocket-200", "rocket-300"},
    ]


def test_a_content_with_two_files_is_a_set(folder: Path, library: Library) -> None:
    ties = searched(library, Scope((folder,)))

    assert names(library, ties.sets())[0] == {"chelsea", "twin"}


def test_what_is_not_in_the_scope_is_tied_to_nothing(folder: Path, library: Library) -> None:
    ties = searched(library, Scope((folder / "l",), (folder / "l/coffee-300.jpg", folder / "l/rocket-100.jpg")))

    assert names(library, ties.sets()) == [{"coffee-100", "coffee-200"}, {"rocket-200", "rocket-300"}]


def test_what_was_not_searched_is_proven_when_it_is_asked_for(folder: Path, library: Library) -> None:
    ties = searched(library, Scope((folder / "l",)))
    together = next(ties.sets())
    for number in together:
        others = set(together) - {number}

        proven = ties.complete(number, others)

        assert set(proven) == others == ties.tied(number)
        assert all(found.content == other for other, found in proven.items())
    assert ties.complete(together[0], [10_000]) == {}


def test_what_was_forgotten_meanwhile_is_tied_to_nothing(folder: Path, library: Library) -> None:
    ties = Ties(library, Scope((folder / "l",)))
    library.catalogue.miss_below(folder, 1.0)
    library.prune(2.0)

    assert list(ties.search())[-1] == 7
    assert list(ties.sets()) == []
