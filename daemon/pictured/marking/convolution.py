"""The error-correcting code: convolutional, constraint length 15, rate 1/6, with list Viterbi decoding.

The generators, in octal 46321 51271 63667 70535 73277 76513, are those of NASA's Cassini mission. The register holds
the newest bit in its lowest place; 14 zeros after the message bring it back to its first state. All generators have
their first and last tap, so that the two branches into a state, and the two out of it, carry opposite bits.
"""

import heapq
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

GENERATORS = (0o46321, 0o51271, 0o63667, 0o70535, 0o73277, 0o76513)
MEMORY = 14

Bits = NDArray[np.uint8]
Floats = NDArray[np.float32]

_HALF = 1 << (MEMORY - 1)


def coded_length(count: int) -> int:
    """Say how many bits a message of `count` bits becomes."""
    return len(GENERATORS) * (count + MEMORY)


def encode(message: Bits) -> Bits:
    """Encode bits (n,) of 0 and 1 as `coded_length(n)` bits: for each bit of the message, one of each generator."""
    fed = np.concatenate([message, np.zeros(MEMORY, np.uint8)])
    taps = [np.array([generator >> delay & 1 for delay in range(MEMORY + 1)]) for generator in GENERATORS]
    made = [np.convolve(fed, tap)[: len(fed)] & 1 for tap in taps]
    return np.stack(made, axis=1).astype(np.uint8).ravel()


def decode(soft: Floats, most: int) -> Iterator[Bits]:
    """Give the messages that fit the soft bits best, best first, at most `most` of them.

    `soft` has one value for each coded bit, above zero for 1 and below zero for 0, larger the surer (log-likelihood
    ratios up to a common factor). The list is exact: serial list Viterbi decoding (Seshadri and Sundberg, 1994).
    """
    gaps = _forward(np.ascontiguousarray(soft, np.float32).reshape(-1, len(GENERATORS)))
    steps = len(gaps)
    waiting: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    for _ in range(most):
        if not waiting:
            return
        loss, turns = heapq.heappop(waiting)
        bits, slack = _trace(gaps, turns)
        yield bits[: steps - MEMORY]
        limit = turns[-1] if turns else steps
        # A later pop cannot reach beyond the `most` nearest turns of one path.
        nearest = np.argsort(slack[:limit], kind="stable")[:most]
        for step in nearest:
            heapq.heappush(waiting, (loss + float(slack[step]), (*turns, int(step))))


@lru_cache(maxsize=1)
def _patterns() -> NDArray[np.intp]:
    """For each even state that a branch leads to, the six coded bits as a number, the first generator's lowest."""
    states = 2 * np.arange(_HALF)
    patterns = np.zeros(_HALF, np.intp)
    for place, generator in enumerate(GENERATORS):
        masked = states & generator
        for shift in (8, 4, 2, 1):
            masked ^= masked >> shift
        patterns |= (masked & 1) << place
    return patterns


def _forward(soft: Floats) -> Floats:
    """Give, for each step and state, by how much the branch from the lower state beats the other (steps, 16384)."""
    signs = (2.0 * (np.arange(64)[:, None] >> np.arange(len(GENERATORS)) & 1) - 1.0).astype(np.float32)
    table = soft @ signs.T
    patterns = _patterns()
    gaps = np.empty((len(soft), 2 * _HALF), np.float32)
    metric = np.full(2 * _HALF, -1e9, np.float32)
    metric[0] = 0
    for step, row in enumerate(table):
        branch = row[patterns]
        low, high = metric[:_HALF], metric[_HALF:]
        metric = np.empty(2 * _HALF, np.float32)
        for parity, sign in enumerate((branch, -branch)):
            one, other = low + sign, high - sign
            np.subtract(one, other, out=gaps[step, parity::2])
            # Not by way of the gap, which is so large where a state cannot be reached that the rest would be lost.
            np.maximum(one, other, out=metric[parity::2])
        metric -= metric.max()
    return gaps


def _trace(gaps: Floats, turns: tuple[int, ...]) -> tuple[Bits, Floats]:
    """Walk back from the end, against the better branch at the steps in `turns`: the bits and each step's lead."""
    bits = np.zeros(len(gaps), np.uint8)
    slack = np.zeros(len(gaps), np.float32)
    state = 0
    against = set(turns)
    for step in range(len(gaps) - 1, -1, -1):
        gap = gaps.item(step, state)
        slack[step] = abs(gap)
        bits[step] = state & 1
        state = (state >> 1) + (_HALF if (gap < 0) != (step in against) else 0)
    return bits, slack
