from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured.disk.naming import Naming, elsewhere

ANNA = Naming("anna", (("photos", Path("/mnt/photos")), ("scans", Path("/mnt/photos/scans"))))
BERT = Naming("bert", (("photos", Path("/Volumes/Photos")), ("scans", Path("/Volumes/Scans/"))))

names = st.text(st.characters(blacklist_characters="/\0", blacklist_categories=["Cs"]), min_size=1, max_size=9).filter(
    lambda name: name not in (".", "..")
)


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/home/me/a.jpg", b"//anna/home/me/a.jpg"),
        ("/mnt/photos/2019/a.jpg", b"//photos/2019/a.jpg"),
        ("/mnt/photos", b"//photos"),
        ("/mnt/photos2/a.jpg", b"//anna/mnt/photos2/a.jpg"),
        ("/mnt/photos/scans/a.jpg", b"//scans/a.jpg"),
        ("/", b"//anna/"),
    ],
)
def test_what_lies_on_a_share_is_called_by_it_and_all_else_by_the_machine(path: str, key: bytes) -> None:
    assert ANNA.key(Path(path)) == key
    assert ANNA.path(key) == Path(path)
    assert ANNA.is_here(key)


def test_a_share_has_another_place_on_another_machine() -> None:
    assert BERT.path(ANNA.key(Path("/mnt/photos/2019/a.jpg"))) == Path("/Volumes/Photos/2019/a.jpg")
    assert BERT.path(ANNA.key(Path("/mnt/photos/scans/a.jpg"))) == Path("/Volumes/Scans/a.jpg")


def test_what_another_machine_has_for_itself_is_not_here_and_keeps_its_name() -> None:
    key = ANNA.key(Path("/home/me/a.jpg"))
    assert not BERT.is_here(key)
    assert str(BERT.path(key)) == "//anna/home/me/a.jpg"
    assert BERT.key(BERT.path(key)) == key
    assert elsewhere(BERT.path(key)) == "anna"
    assert elsewhere(ANNA.path(key)) is None


def test_alone_a_path_is_called_what_it_is() -> None:
    assert Naming().key(Path("/home/me/a.jpg")) == b"/home/me/a.jpg"
    assert Naming().path(b"/home/me/a.jpg") == Path("/home/me/a.jpg")


@given(st.lists(names, max_size=5), st.sampled_from([(), ("mnt",), ("mnt", "photos"), ("mnt", "photos", "scans")]))
def test_every_path_comes_back(parts: list[str], below: tuple[str, ...]) -> None:
    path = Path("/", *below, *parts)
    for naming in (ANNA, Naming("", ANNA.mounts), Naming()):
        assert naming.path(naming.key(path)) == path
