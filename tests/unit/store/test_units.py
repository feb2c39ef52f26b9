import os
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pictured.disk.naming import Naming
from pictured.flow import Collect, Form, Placed, Stamp
from pictured.store.keys import Keys
from pictured.store.units import read, written

PATHS = st.binary(min_size=1, max_size=20).filter(lambda b: b"\0" not in b).map(lambda b: Path(os.fsdecode(b"/" + b)))
STAMPS = st.builds(Stamp, *[st.integers(-(2**64), 2**64)] * 5)
KEYS = Keys(Naming("anna"))
STEP = Collect("best", None, Path("/l/a.jpg"), Stamp(1, 1, 1), bytes(32), Path("/b/a.jpg"), Form.COPY, "why")
COMPANIONS = st.builds(
    Collect,
    entry=st.just("best"),
    query=st.none(),
    source=PATHS,
    stamp=STAMPS,
    digest=st.binary(max_size=32),
    target=PATHS,
    form=st.sampled_from(Form),
    reason=st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=9),
    content=st.none() | st.binary(max_size=20),
)


@given(st.lists(COMPANIONS, max_size=3).map(tuple))
def test_companions_come_back_as_they_were(companions: tuple[Collect, ...]) -> None:
    text = written(companions, KEYS)

    assert text.isascii()
    assert read(text, STEP, KEYS) == companions


def test_what_a_companion_replaces_is_found_by_its_name() -> None:
    sidecar = Placed(
        2, "best", Path("/b/a.jpg.xmp"), Stamp(1, 1, 1), b"", Path("/l/b.jpg.xmp"), Form.COPY, "it belongs"
    )
    old = Placed(1, "best", Path("/b/a.jpg"), Stamp(1, 1, 1), b"", Path("/l/b.jpg"), Form.COPY, "why", (sidecar,))
    step = replace(STEP, replaces=old)
    companions = [replace(STEP, target=Path(f"/b/{name}")) for name in ("a.jpg.xmp", "a.mov")]

    assert [each.replaces for each in read(written(companions, KEYS), step, KEYS)] == [sidecar, None]
