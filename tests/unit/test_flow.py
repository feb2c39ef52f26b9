import dataclasses
import pickle
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictured import flow
from pictured.flow import Fingerprint, Stamp

VALUES = [each for each in vars(flow).values() if isinstance(each, type) and dataclasses.is_dataclass(each)]
NUMBERS = st.integers(0, 3)
STAMPS = st.builds(Stamp, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS)


@given(STAMPS, STAMPS)
def test_stamps_are_equal_where_the_file_is_unchanged_whatever_its_mount(one: Stamp, other: Stamp) -> None:
    same = (one.size, one.mtime_ns, one.inode) == (other.size, other.mtime_ns, other.inode)

    assert (one == other) == same
    assert not same or hash(one) == hash(other)


@pytest.mark.parametrize("kind", VALUES)
def test_values_are_frozen_and_slotted(kind: type) -> None:
    assert "__slots__" in vars(kind)
    value = object.__new__(kind)
    with pytest.raises(FrozenInstanceError):
        setattr(value, dataclasses.fields(kind)[0].name, None)


def test_a_fingerprint_crosses_the_pipe_of_a_worker() -> None:
    facts = ("JPEG", "RGB", 8, 1, 2.5, None, "\udcff", ("exif",))
    content = Fingerprint(b"d" * 32, 1, 2, 3, *facts, bytes(32), bytes(224), bytes(14), bytes(2000))

    assert pickle.loads(pickle.dumps(content)) == content  # noqa: S301


def test_the_module_names_its_values_in_the_order_in_which_they_come_to_be() -> None:
    assert flow.__doc__ is not None
    named = [
        name for name in ("FileSeen", "Settled", "Fingerprint", "Match", "Plan", "Outcome") if name in flow.__doc__
    ]
    source = Path(flow.__file__).read_text()

    assert sorted(named, key=lambda name: source.index(f"class {name}")) == named
    assert len(named) == 6
