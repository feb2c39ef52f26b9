import numpy as np

from pictured.marking.convolution import coded_length, encode
from pictured.marking.layout import layout_of
from pictured.marking.weighing import Heard, amplitudes, dimensions, margin, soft

COUNT = 104


def voice(noise: float) -> tuple[Heard, np.ndarray]:
    layout, rng = layout_of(b"s"), np.random.default_rng(0)
    coded = encode(rng.integers(0, 2, COUNT).astype(np.uint8))
    pilots, size = amplitudes(layout)
    signs = 2.0 * coded[layout.order % len(coded)] - 1
    data = size * (signs[: len(size)] + 1j * signs[len(size) :])

    def hiss(count: int) -> np.ndarray:
        return noise * (rng.normal(size=count) + 1j * rng.normal(size=count))

    return Heard(pilots + hiss(len(pilots)), data + hiss(len(data))), coded


def test_soft_bits_have_the_signs_of_what_was_sent() -> None:
    heard, coded = voice(0.3)
    values = soft(heard, layout_of(b"s"), COUNT)
    assert values.shape == (coded_length(COUNT),)
    assert np.array_equal(values > 0, coded == 1)


def test_the_share_of_the_mark_is_known_from_the_pilots() -> None:
    for noise in (0.5, 1.0, 2.0):
        _, share = dimensions(voice(noise)[0], layout_of(b"s"))
        assert abs(share.mean() - 1 / np.hypot(1, noise)) < 0.12


def test_the_margin_falls_by_6_db_where_the_noise_doubles() -> None:
    layout = layout_of(b"s")
    heights = [margin(*(voice(noise)[0], layout, voice(noise)[1], COUNT)) for noise in (2.0, 4.0)]
    assert 4.5 < heights[0] - heights[1] < 7.5


def test_silence_is_no_mark() -> None:
    layout = layout_of(b"s")
    quiet = Heard(np.zeros(16, np.complex64), np.zeros(len(layout.data), np.complex64))
    assert np.isfinite(soft(quiet, layout, COUNT)).all()
