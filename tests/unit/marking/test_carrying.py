import numpy as np
import pytest

from pictured.marking.carrying import gathered, spread
from pictured.marking.layout import TILE, layout_of
from pictured.marking.weighing import amplitudes


def test_what_is_spread_is_gathered_again() -> None:
    layout = layout_of(b"s")
    pilots, size = amplitudes(layout)
    data = size * np.exp(1j * np.arange(len(size)))
    heard = gathered(spread(layout, pilots, data, (2 * TILE, 3 * TILE)), layout)
    factor = heard.data / data
    assert np.allclose(factor, factor[0], rtol=1e-3)
    assert np.allclose(heard.pilots / pilots, factor[0], rtol=1e-3)


def test_the_carrier_has_a_deviation_of_one_and_repeats() -> None:
    layout = layout_of(b"s")
    pilots, size = amplitudes(layout)
    plane = spread(layout, pilots, size + 0j, (TILE, TILE + 20))
    assert plane[:, :TILE].std() == pytest.approx(1, rel=1e-3)
    assert np.array_equal(plane[:, :20], plane[:, TILE:])


def test_a_plane_that_is_no_multiple_of_the_tile_is_heard_in_full() -> None:
    layout = layout_of(b"s")
    pilots, size = amplitudes(layout)
    plane = spread(layout, pilots, size + 0j, (100, 200))
    assert np.real(np.vdot(pilots, gathered(plane, layout).pilots)) > 0
