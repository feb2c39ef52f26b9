import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pictured.indexing.vocabulary import AXES, WORDS, vocabulary


def descriptors(count: int, seed: int) -> NDArray[np.float32]:
    """RootSIFT descriptors have no negative numbers and a length of 1."""
    random = np.random.default_rng(seed).gamma(0.5, size=(count, 128))
    return np.sqrt(random / random.sum(axis=1, keepdims=True)).astype(np.float32)


def test_the_vocabulary_is_whole() -> None:
    words = vocabulary()

    assert (words.mean.shape, words.axes.shape, words.centres.shape) == ((128,), (AXES, 128), (WORDS, AXES))
    assert words.mean.dtype == words.axes.dtype == words.centres.dtype == np.float32
    assert np.allclose(words.axes @ words.axes.T, np.eye(AXES), atol=0.01)
    assert len(np.unique(words.centres, axis=0)) == WORDS
    assert vocabulary() is words


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 40), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_the_nearest_words_come_first(count: int, most: int, seed: int) -> None:
    given = descriptors(count, seed)
    words, signatures = vocabulary().assign(given, most)

    assert (words.shape, words.dtype) == ((count, most), np.uint16)
    assert (signatures.shape, signatures.dtype) == ((count, most), np.uint64)
    lying = (given - vocabulary().mean) @ vocabulary().axes.T
    apart = ((lying[:, None, :] - vocabulary().centres[None]) ** 2).sum(axis=2)
    assert np.allclose(
        np.take_along_axis(apart, words.astype(int), axis=1), np.sort(apart, axis=1)[:, :most], atol=1e-4
    )


def test_a_signature_tells_on_which_sides_of_its_word_a_descriptor_lies() -> None:
    given = descriptors(50, 1)
    words, signatures = vocabulary().assign(given, 3)

    lying = (given - vocabulary().mean) @ vocabulary().axes.T
    for each in range(3):
        sides = lying > vocabulary().centres[words[:, each]]
        bits = np.unpackbits(np.ascontiguousarray(signatures[:, each]).view(np.uint8).reshape(-1, 8), axis=1)
        assert np.array_equal(bits.astype(bool), sides)


def test_a_descriptor_at_a_centre_has_that_word() -> None:
    some = np.arange(0, WORDS, 97)
    words, _ = vocabulary().assign(vocabulary().mean + vocabulary().centres[some] @ vocabulary().axes, 1)

    assert words[:, 0].tolist() == some.tolist()


def test_a_little_noise_changes_few_bits_and_words() -> None:
    given = descriptors(200, 2)
    noisy = given + np.random.default_rng(3).normal(0, 0.004, given.shape).astype(np.float32)
    (words, signatures), (others, changed) = (vocabulary().assign(each, 1) for each in (given, noisy))

    same = words == others
    assert same.mean() > 0.5
    assert np.bitwise_count(signatures ^ changed)[same].mean() < 10


def test_the_same_descriptors_have_the_same_words_alone_and_together() -> None:
    given = descriptors(30, 4)
    words, signatures = vocabulary().assign(given, 2)

    for place in range(30):
        alone = vocabulary().assign(given[place : place + 1], 2)
        assert alone[0][0].tolist() == words[place].tolist()
        assert np.bitwise_count(alone[1][0] ^ signatures[place]).max() <= 1  # a number on the very plane may fall aside
