from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pictured.disk.reading import stamp_of
from pictured.errors import Refused
from pictured.imaging.limits import DecodingLimits
from pictured.imaging.operations import Encoding, InvisibleMark, Operation
from pictured.imaging.rendered import Order
from pictured.imaging.rendering.chain import rendered
from pictured.rules.examining import examine
from pictured.rules.proving_marks import proven

KEY = bytes(range(32))
LIMITS = DecodingLimits(pixels=10_000_000, memory=500_000_000)
Draw = Callable[..., Path]


def order(file: Path, folder: Path, *operations: Operation) -> Order:
    folder.mkdir()
    return Order(file, examine(file, stamp_of(file), LIMITS), operations, folder)


def test_the_margin_in_the_coded_file_is_told(draw: Draw, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    file = draw(tmp_path / "a.jpg", "china", width=480)
    wanted = order(file, tmp_path / "made", InvisibleMark(key=KEY, secret_file=str(tmp_path / "secret")))
    done = proven(wanted, rendered(wanted), LIMITS)
    action, told = done.notes[-1]
    assert action == "read_back"
    assert told["margins_db"][0] > 2  # type: ignore[index]


def test_a_coding_that_destroys_the_mark_is_refused_unless_that_is_only_to_be_told(draw: Draw, tmp_path: Path) -> None:
    file = draw(tmp_path / "a.jpg", "china", width=300)
    for on_weak in (None, "warn"):
        mark = InvisibleMark(key=KEY, on_weak=on_weak)
        wanted = order(file, tmp_path / f"made {on_weak}", mark, Encoding(format="jpeg", quality=3))
        done = rendered(wanted)
        if on_weak == "warn":
            assert proven(wanted, done, LIMITS).notes[-1] == ("read_back", {"margins_db": [None]})
        else:
            with pytest.raises(Refused, match=r"a\.jpg cannot hold its mark"):
                proven(wanted, done, LIMITS)


def test_orders_without_a_mark_stay(draw: Draw, tmp_path: Path) -> None:
    file = draw(tmp_path / "a.jpg", "china", width=300)
    wanted = order(file, tmp_path / "made", Encoding(format="png"))
    done = rendered(wanted)
    assert proven(wanted, done, LIMITS) is done


def test_another_tile_may_hold_fewer_bits_of_the_key_and_none_another_key(draw: Draw, tmp_path: Path) -> None:
    file = draw(tmp_path / "a.jpg", "china", width=480)
    marked = order(file, tmp_path / "made", InvisibleMark(key=KEY[:16]))
    done = rendered(marked)
    for told, on_weak, right in ((KEY, "fewer_bits", True), (KEY, "fail", False), (KEY[::-1], "fewer_bits", False)):
        wanted = replace(marked, operations=(InvisibleMark(key=told, on_weak=on_weak),))
        noted = replace(done, notes=(("invisible_mark", {"key": told.hex()}),))
        if right:
            assert proven(wanted, noted, LIMITS).notes[-1][0] == "read_back"
        else:
            with pytest.raises(Refused, match="cannot hold its mark"):
                proven(wanted, noted, LIMITS)
