import os
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pictured.flow import Form, Placed, Stamp
from pictured.store.sidecar import Kept, Sidecar

PATHS = st.binary(min_size=1, max_size=20).filter(lambda b: b"\0" not in b).map(lambda b: Path(os.fsdecode(b"/" + b)))
COMPANIONS = st.builds(
    Placed,
    id=st.integers(1, 5),
    entry=st.text(max_size=5),
    target=PATHS,
    stamp=st.builds(Stamp, *[st.integers(0, 2**60)] * 5),
    digest=st.binary(min_size=32, max_size=32),
    source=PATHS,
    form=st.sampled_from(Form),
    reason=st.text(max_size=5),
)
KEPT = st.builds(
    Kept,
    st.builds(replace, COMPANIONS, companions=st.lists(COMPANIONS, max_size=2).map(tuple)),
    st.lists(PATHS, max_size=2, unique_by=str).map(lambda paths: tuple(sorted(paths, key=str))),
)
DEEDS = st.lists(st.one_of(KEPT, st.integers(1, 5)), max_size=8)


@given(DEEDS, st.data())
def test_what_was_placed_and_not_taken_back_is_known(
    tmp_path_factory: object, deeds: list[Kept | int], data: st.DataObject
) -> None:
    folder: Path = tmp_path_factory.mktemp("state")  # type: ignore[attr-defined]
    sidecar, expected = Sidecar(folder), dict[int, Kept]()
    for deed in deeds:
        if isinstance(deed, int):
            sidecar.remove(deed)
            expected.pop(deed, None)
        else:
            sidecar.add(deed)
            expected[deed.placed.id] = deed
        if data.draw(st.booleans()):
            with (folder / "placed.jsonl").open("a") as file:
                file.write('{"id": 3, "entr')
    assert Sidecar(folder).read() == expected
    Sidecar(folder).agree(list(expected.values())[:1])
    assert list(Sidecar(folder).read().values()) == list(expected.values())[:1]


def test_without_a_record_nothing_is_known(tmp_path: Path) -> None:
    assert Sidecar(tmp_path).read() == {}
    Sidecar(tmp_path).agree([])
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_record_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "placed.jsonl").write_bytes(b'[]\n{"id": 1}\n\xff\n{"gone": 7}\n"x"\n')
    assert Sidecar(tmp_path).read() == {}
