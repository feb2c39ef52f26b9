from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pictured.disk.naming import Naming
from pictured.disk.reading import stamp_of
from pictured.flow import Fingerprint, Kind, Picture, Stamp
from pictured.imaging.limits import DecodingLimits
from pictured.indexing.fingerprinting import fingerprint
from pictured.looks import Depth, Probe
from pictured.matching.recalling import recalled
from pictured.matching.scales import Measure
from pictured.matching.settings import Limit
from pictured.service.library import Library, Scope
from pictured.store.opening import open_store
from pictured.store.pictures import Counts

if TYPE_CHECKING:
    from pictured.store.postgres.connection import Connection

Draw = Callable[..., Path]
Index = Callable[..., Picture]
Look = Callable[[Path], Probe]
Photo = Callable[[str], Image.Image]
DECODING = DecodingLimits(pixels=10**8, memory=10**9)
PATHS = st.lists(st.sampled_from("abc"), max_size=4).map(lambda parts: Path("/", *parts))


@pytest.mark.parametrize(
    ("scope", "held"),
    [
        (Scope(), True),
        (Scope((Path("/a"),)), True),
        (Scope((Path("/a/b.jpg"),)), True),
        (Scope((Path("/a/b"),)), False),
        (Scope((Path("/x"), Path("/a"))), True),
        (Scope((Path("/a"),), (Path("/a/b.jpg"),)), False),
        (Scope((), (Path("/a"),)), False),
        (Scope((), (Path("/a/b"),)), True),
    ],
)
def test_a_scope_goes_by_whole_names(scope: Scope, *, held: bool) -> None:
    assert scope.holds(Path("/a/b.jpg")) is held


@given(st.lists(PATHS, max_size=3), st.lists(PATHS, max_size=3), PATHS)
def test_what_lies_below_an_excluded_folder_is_excluded(folders: list[Path], excluding: list[Path], path: Path) -> None:
    scope = Scope(tuple(folders), tuple(excluding))

    if any(path.is_relative_to(folder) for folder in excluding):
        assert not scope.holds(path)
    assert not scope.holds(path) or scope.holds(path / "below") or any(e.name == "below" for e in excluding)


def test_equal_bytes_at_two_paths_are_two_copies(
    tmp_path: Path, library: Library, draw: Draw, index: Index, look: Look
) -> None:
    original = draw(tmp_path / "l/a.jpg", "coffee")
    (tmp_path / "l/b.jpg").write_bytes(original.read_bytes())
    draw(tmp_path / "l/other.jpg", "rocket")
    for path in sorted((tmp_path / "l").iterdir()):
        index(path)
    query = index(draw(tmp_path / "q/poor.jpg", "coffee", width=200, quality=30))

    found = library.copies(look(query.path), Scope((tmp_path / "l",)))

    assert [(match.picture.path.name, match.kind) for match in found] == [("a.jpg", Kind.SAME), ("b.jpg", Kind.SAME)]


def test_a_file_that_is_gone_is_no_copy_and_one_that_returns_is_again(
    tmp_path: Path, library: Library, draw: Draw, index: Index
) -> None:
    picture = index(draw(tmp_path / "a.jpg", "coffee"))
    library.catalogue.miss(picture.path, 1.0)
    assert library.copies(recalled(picture.content), Scope()) == []

    reopened = Library(library.db)
    assert reopened.copies(recalled(picture.content), Scope()) == []
    reopened.relink(picture.path, picture.stamp, picture.content.digest)

    assert [match.picture for match in reopened.copies(recalled(picture.content), Scope())] == [picture]


def test_a_changed_file_is_found_by_what_it_shows_now(
    tmp_path: Path, library: Library, draw: Draw, index: Index
) -> None:
    before = index(draw(tmp_path / "a.jpg", "coffee"))
    after = index(draw(tmp_path / "a.jpg", "rocket"))

    assert library.copies(recalled(before.content), Scope()) == []
    assert [match.picture for match in library.copies(recalled(after.content), Scope())] == [after]


def test_what_is_forgotten_is_no_stumbling_block(tmp_path: Path, library: Library, draw: Draw, index: Index) -> None:
    picture = index(draw(tmp_path / "a.jpg", "coffee"))
    library.catalogue.miss(picture.path, 1.0)
    assert library.prune(2.0) == 1

    assert library.copies(recalled(picture.content), Scope()) == []
    assert library.related(recalled(picture.content), "best", Scope()) == ([], [])


def test_what_does_not_keep_the_limits_is_no_copy(
    tmp_path: Path, library: Library, draw: Draw, index: Index, look: Look
) -> None:
    index(draw(tmp_path / "l/a.jpg", "coffee"))
    twin = index(draw(tmp_path / "l/b.jpg", "coffee", width=150, quality=30))
    query, scope = look(draw(tmp_path / "q.jpg", "coffee", width=150, quality=30)), Scope((tmp_path / "l",))
    measured = {match.picture.path.name: match.measures["mse"] for match in library.copies(query, scope)}
    assert measured["b.jpg"] < measured["a.jpg"]

    strict = Library(library.db, limits={Measure.MSE: Limit(at_most=measured["a.jpg"] / 2)})
    stricter = Library(library.db, limits={Measure.INLIERS: Limit(at_least=10**6)})

    assert [match.picture.path.name for match in strict.copies(query, scope)] == ["b.jpg"]
    assert strict.related(query, "best", scope)[0] == strict.copies(query, scope)
    assert [match.picture.path for match in stricter.copies(query, scope)] == [twin.path]


def test_who_may_ask_for_a_picture_is_found_by_the_pictures_on_a_page(
    tmp_path: Path, library: Library, draw: Draw, index: Index, photo: Photo
) -> None:
    (tmp_path / "q").mkdir()
    page = Image.new("RGB", (1000, 1400), "white")
    page.paste(photo("coffee").resize((600, 400)), (150, 200))
    page.save(tmp_path / "q/page.png")
    asking = index(tmp_path / "q/page.png", asking=True)
    index(draw(tmp_path / "q/other.jpg", "rocket", width=150), asking=True)
    original = index(draw(tmp_path / "l/a.jpg", "coffee"))

    assert library.asking(recalled(original.content), [tmp_path / "q"]) == [asking]
    assert library.asking(recalled(original.content), [tmp_path / "elsewhere"]) == []


def test_what_is_kept_of_a_picture_may_be_replaced(tmp_path: Path, library: Library, draw: Draw, look: Look) -> None:
    path = draw(tmp_path / "a.jpg", "coffee")
    stamp = stamp_of(path)
    shallow = fingerprint(path, stamp, DECODING, Depth.QUICK)
    for content in (shallow, fingerprint(path, stamp, DECODING), shallow):
        library.record(path, stamp, content)
        known = library.catalogue.picture(path)
        assert known is not None
        assert known.content == content
        assert len(library.copies(look(path), Scope())) == 1


def test_a_library_knows_after_a_restart_what_it_knew(tmp_path: Path, draw: Draw) -> None:
    with closing(open_store(tmp_path / "state", writer=True)) as db:
        library = Library(db)
        _fill(library, draw(tmp_path / "a.jpg", "coffee"))
        before = library.copies(recalled(library.within([tmp_path])[0].content), Scope())
    with closing(open_store(tmp_path / "state", writer=False)) as db:
        library = Library(db)
        assert library.copies(recalled(library.within([tmp_path])[0].content), Scope()) == before


def _fill(library: Library, path: Path) -> None:
    stamp = stamp_of(path)
    library.record(path, stamp, fingerprint(path, stamp, DECODING))


def test_what_lies_in_a_folder_that_is_offline_is_no_copy_until_it_is_back(
    tmp_path: Path, library: Library, draw: Draw, index: Index, look: Look
) -> None:
    original = index(draw(tmp_path / "l/a.jpg", "coffee"))
    query = look(draw(tmp_path / "q/poor.jpg", "coffee", width=200, quality=30))
    library.catalogue.mark_offline(tmp_path / "l", 1.0)

    assert library.related(query, "best", Scope())[0] == []
    library.catalogue.see_root(tmp_path / "l", tmp_path.stat().st_dev, 2.0)
    assert [match.picture for match in library.related(query, "best", Scope())[0]] == [original]


def test_copies_that_another_machine_has_for_itself_are_known_and_not_collected(
    shared_libraries: tuple[Library, Library], tmp_path: Path, draw: Draw, look: Look
) -> None:
    anna, bert = shared_libraries
    poor = draw(tmp_path / "q/a.jpg", "coffee", width=150)
    own, shared = (draw(tmp_path / name, "coffee", width=300) for name in ("l/a.jpg", "share/a.jpg"))
    content = fingerprint(own, stamp_of(own), DECODING)
    anna.record(own, stamp_of(own), content)
    assert bert.related(look(poor), "best", Scope()) == ([], [])
    assert bert.away(look(poor), Scope()) == [Path(f"//anna{own}")]
    assert anna.away(look(poor), Scope()) == []
    anna.record(shared, stamp_of(shared), content)
    assert [match.picture.path for match in bert.related(look(poor), "best", Scope())[0]] == [shared]
    bert.catch_up()
    assert bert.fresh == {anna.catalogue.content_id(content.digest)}


def messages(db: "Connection", do: Callable[[], None], folder: Path) -> int:
    """How often the client speaks, by its own record: it waits for the network each time."""
    file = folder / "trace"
    with file.open("wb") as trace:
        db.server.pgconn.trace(trace.fileno())
        do()
        db.server.pgconn.untrace()
    return sum(
        line.split("\t")[1] == "F" for line in file.read_text(errors="replace").splitlines() if "\tQuery\t" in line
    )


def test_what_is_read_goes_to_a_shared_index_in_few_messages(
    tmp_path: Path, new_database: Callable[[], str], made_up: Callable[[int], Fingerprint]
) -> None:
    from pictured.store.postgres.opening import open_shared

    stamp = Stamp(1, 2, 3)
    with closing(open_shared(new_database(), Naming("anna"), tmp_path, writer=True)) as db:
        library = Library(db)
        assert not library.searchable.index.featured

        def record_one() -> None:
            library.record(tmp_path / "0.jpg", stamp, made_up(0))

        def record_many() -> None:
            library.record_all([(tmp_path / f"{number}.jpg", stamp, made_up(number)) for number in range(1, 33)])

        def copy_many() -> None:
            library.relink_all([(tmp_path / f"copy{each}.jpg", stamp, made_up(each).digest) for each in range(99)])

        assert messages(db, record_one, tmp_path) == 3
        assert messages(db, record_many, tmp_path) == 3
        assert messages(db, copy_many, tmp_path) == 2
        assert messages(db, lambda: library.catalogue.handle(tmp_path / "0.jpg", stamp), tmp_path) == 1
        assert library.catalogue.count() == Counts(pictures=33, files=66, missing=0, failed=0)
        assert sorted(library.searchable.index.contents()) == sorted(library.catalogue.findable_numbers())
