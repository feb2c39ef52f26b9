from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from pictured.disk.naming import Naming
from pictured.flow import Fingerprint, Stamp
from pictured.store.catalogue import Catalogue
from pictured.store.changes import Changes
from pictured.store.database import Database
from pictured.store.opening import open_store

Make = Callable[[str], Fingerprint]
STAMP = Stamp(1, 2, 3)


@pytest.fixture
def both(new_database: Callable[[], str], tmp_path: Path) -> Iterator[tuple[Database, Database]]:
    from pictured.store.postgres.opening import open_shared

    address = new_database()
    with ExitStack() as opened:
        one, other = (
            opened.enter_context(closing(open_shared(address, Naming(name), tmp_path, writer=True)))
            for name in ("anna", "bert")
        )
        yield one, other


def test_what_another_machine_reads_is_news_once(both: tuple[Database, Database], fingerprint: Make) -> None:
    anna, bert = both
    news = Changes(bert)
    assert news.news() == []
    Catalogue(anna).record(Path("/a.jpg"), STAMP, fingerprint("a"))
    Catalogue(bert).record(Path("/b.jpg"), STAMP, fingerprint("b"))
    number = Catalogue(anna).content_id(fingerprint("a").digest)
    assert news.news() == [number]
    assert news.news() == []
    Catalogue(anna).relink(Path("/c.jpg"), STAMP, fingerprint("b").digest)
    assert news.news() == [Catalogue(anna).content_id(fingerprint("b").digest)]


def test_what_was_forgotten_is_news(both: tuple[Database, Database], fingerprint: Make) -> None:
    anna, bert = both
    Catalogue(anna).record(Path("/a.jpg"), STAMP, fingerprint("a"))
    number = Catalogue(anna).content_id(fingerprint("a").digest)
    news = Changes(bert)
    assert news.news() == []
    Catalogue(anna).miss(Path("/a.jpg"), 1.0)
    Catalogue(anna).handle(Path("/a.jpg"), STAMP)
    assert news.news() == []
    Catalogue(anna).prune(2.0)
    assert news.news() == [number]


def test_what_was_not_heeded_is_news_again_at_the_next_start(
    both: tuple[Database, Database], fingerprint: Make
) -> None:
    anna, bert = both
    first = Changes(bert)
    first.heeded(first.seen)
    assert first.news() == []
    Catalogue(anna).record(Path("/a.jpg"), STAMP, fingerprint("a"))
    (number,) = first.news()
    second = Changes(bert)
    assert second.news() == [number]
    second.heeded(second.seen)
    assert Changes(bert).news() == []


def test_what_all_have_heeded_is_kept_no_longer(both: tuple[Database, Database], fingerprint: Make) -> None:
    anna, bert = both
    ours, theirs = Changes(anna), Changes(bert)
    for each in (ours, theirs):
        each.heeded(each.seen)
    Catalogue(anna).record(Path("/a.jpg"), STAMP, fingerprint("a"))
    for each in (theirs, ours):
        each.news()
        assert anna.execute("SELECT count(*) FROM changes").fetchone() == (1,)
        each.heeded(each.seen)
    assert anna.execute("SELECT count(*) FROM changes").fetchone() == (0,)


def test_alone_there_is_no_news(tmp_path: Path, fingerprint: Make) -> None:
    with closing(open_store(tmp_path, writer=True)) as db:
        news = Changes(db)
        Catalogue(db).record(Path("/a.jpg"), STAMP, fingerprint("a"))
        assert (news.news(), news.seen) == ([], 0)


def test_what_this_machine_did_meanwhile_hides_no_news(
    both: tuple[Database, Database], fingerprint: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pictured.store.changes._AT_A_TIME", 2)
    anna, bert = both
    news = Changes(bert)
    for name in "vwxyz":
        Catalogue(bert).record(Path(f"/{name}.jpg"), STAMP, fingerprint(name))
    Catalogue(anna).record(Path("/a.jpg"), STAMP, fingerprint("a"))
    assert news.news() == [Catalogue(anna).content_id(fingerprint("a").digest)]
