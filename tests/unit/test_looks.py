import dataclasses
import pickle
from dataclasses import FrozenInstanceError
from itertools import pairwise

import numpy as np
import pytest

from pictured import looks
from pictured.looks import PARTS, POINT, Depth, Look, Points, Probe

VALUES = [each for each in vars(looks).values() if isinstance(each, type) and dataclasses.is_dataclass(each)]


@pytest.mark.parametrize("kind", VALUES)
def test_values_are_frozen_and_slotted(kind: type) -> None:
    assert "__slots__" in vars(kind)
    value = object.__new__(kind)
    with pytest.raises(FrozenInstanceError):
        setattr(value, dataclasses.fields(kind)[0].name, None)


def test_a_deeper_index_has_the_parts_of_a_shallower_one_first() -> None:
    assert PARTS[Depth.QUICK] == ()
    for shallow, deep in pairwise(Depth):
        assert len(PARTS[shallow]) < len(PARTS[deep])
        assert PARTS[deep][: len(PARTS[shallow])] == PARTS[shallow]


@pytest.mark.parametrize("depth", Depth)
def test_parts_lie_within_the_picture_and_are_different(depth: Depth) -> None:
    assert all(0 <= left < right <= 1 and 0 <= top < bottom <= 1 for left, top, right, bottom in PARTS[depth])
    assert len(set(PARTS[depth])) == len(PARTS[depth])
    assert (0.0, 0.0, 1.0, 1.0) not in PARTS[depth]


def test_a_point_takes_14_bytes() -> None:
    assert np.dtype(POINT).itemsize == 14


def test_a_probe_crosses_the_pipe_of_a_worker() -> None:
    points = Points(np.ones((2, 4), np.float32), np.ones((2, 3), np.uint16), np.ones((2, 3), np.uint64))
    look = Look((0, 0, 1, 1), np.zeros((3, 4), np.uint8), np.zeros(32, np.uint8), points, None)
    probe = Probe(b"d" * 32, (4, 3), (look,))

    back = pickle.loads(pickle.dumps(probe))  # noqa: S301

    assert (back.digest, back.size, back.marr, back.looks[0].mirrored) == (probe.digest, probe.size, None, None)
    assert np.array_equal(back.looks[0].points.signatures, points.signatures)
