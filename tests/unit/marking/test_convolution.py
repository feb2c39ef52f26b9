import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pictured.marking.convolution import GENERATORS, MEMORY, coded_length, decode, encode


def message(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2, count).astype(np.uint8)


def test_one_bit_sends_the_taps_of_each_generator() -> None:
    coded = encode(np.array([1], np.uint8)).reshape(-1, len(GENERATORS))
    assert len(coded) == MEMORY + 1
    for place, generator in enumerate(GENERATORS):
        assert sum(int(bit) << delay for delay, bit in enumerate(coded[:, place])) == generator


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(0, 1), min_size=1, max_size=30))
def test_what_was_sent_undisturbed_is_the_first_that_is_found(bits: list[int]) -> None:
    sent = np.array(bits, np.uint8)
    assert next(decode(2.0 * encode(sent).astype(np.float32) - 1, 1)).tolist() == bits


def test_a_tenth_of_the_power_of_the_noise_is_enough_with_six_values_a_bit() -> None:
    sent = message(120)
    soft = 2.0 * encode(sent) - 1 + np.random.default_rng(1).normal(0, 1.5, coded_length(120))
    assert np.array_equal(next(decode(soft.astype(np.float32), 1)), sent)


def test_the_list_is_exact_and_in_order() -> None:
    soft = np.random.default_rng(2).normal(0, 1, coded_length(6)).astype(np.float32)
    every = [np.array(bits, np.uint8) for bits in itertools.product((0, 1), repeat=6)]
    fits = [float(soft @ (2.0 * encode(bits) - 1)) for bits in every]
    wanted = [every[place].tolist() for place in np.argsort(fits)[::-1]]
    assert [bits.tolist() for bits in decode(soft, 20)] == wanted[:20]


def test_the_list_ends_where_there_are_no_more_messages() -> None:
    found = {tuple(bits.tolist()) for bits in decode(np.zeros(coded_length(2), np.float32), 50)}
    assert found == {(0, 0), (0, 1), (1, 0), (1, 1)}
