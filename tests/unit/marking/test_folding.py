import numpy as np

from pictured.marking.folding import frequencies, heard, heard_in_blocks

RNG = np.random.default_rng(0)
WAVES = np.array([[9, 4], [12, -17], [0, 20]])
MATRIX = np.array([[0.9, 0.2], [-0.15, 1.1]])


def wave(k: np.ndarray, shape: tuple[int, int], phase: float) -> np.ndarray:
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]]
    across, down = k @ MATRIX / 128
    return np.cos(2 * np.pi * (across * x + down * y) + phase).astype(np.float32)


def test_the_sum_is_the_plain_fourier_sum() -> None:
    plane = RNG.normal(0, 1, (50, 70)).astype(np.float32)
    y, x = np.mgrid[0:50, 0:70]
    found = heard(plane, WAVES, MATRIX)
    for k, value in zip(WAVES, found, strict=True):
        across, down = k @ MATRIX / 128
        wanted = np.sum(plane * np.exp(-2j * np.pi * (across * x + down * y)))
        assert abs(value - wanted) < 0.02


def test_the_blocks_add_up_to_the_whole() -> None:
    plane = RNG.normal(0, 1, (150, 201)).astype(np.float32)
    blocks, centres = heard_in_blocks(plane, WAVES, MATRIX)
    assert blocks.shape == (12, 3)
    assert centres[0].tolist() == [31.5, 31.5]
    assert centres[-1].tolist() == [223.5, 159.5]
    assert np.allclose(blocks.sum(axis=0), heard(plane, WAVES, MATRIX), atol=0.05)


def test_a_wave_is_heard_with_its_phase() -> None:
    value = heard(wave(WAVES[1], (200, 300), 0.7), WAVES, MATRIX)[1]
    assert abs(np.angle(value) - 0.7) < 0.02
    assert abs(abs(value) - 30000) < 600


def test_frequencies_are_cycles_a_pixel() -> None:
    assert np.allclose(frequencies(np.array([[128, 0]]), np.eye(2)), [[1, 0]])
