"""The error-correcting code: convolutional, constraint length 15, rate 1/6, with list Viterbi decoding.

The generators, in octal 46321 51271 63667 70535 73277 76513, are those of NASA's Cassini mission. The register holds
the newest bit in its lowest place; 14 zeros after the message bring it back to its first state. All generators have
their first and last tap, so that the two branches into a state, and the two out of it, carry opposite bits.
"""

import heapq
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

GENERATORS = (0o46321, 0o51271, 0o63667, 0o70535, 0o73277, 0o76513)
MEMORY = 14

Bits = NDArray[np.uint8]
Floats = NDArray[np.float32]
Ints = NDArray[np.intp]

_HALF = 1 << (MEMORY - 1)
_NOWHERE = 0xFFFF


def coded_length(count: int) -> int:
    """Say how many bits a message of `count` bits becomes."""
    return len(GENERATORS) * (count + MEMORY)


def encode(message: Bits) -> Bits:
    """Encode bits (n,) of 0 and 1 as `coded_length(n)` bits: for each bit of the message, one of each generator."""
    fed = np.concatenate([message, np.zeros(MEMORY, np.uint8)])
    taps = [np.array([generator >> delay & 1 for delay in range(MEMORY + 1)]) for generator in GENERATORS]
    made = [np.convolve(fed, tap)[: len(fed)] & 1 for tap in taps]
    return np.stack(made, axis=1).astype(np.uint8).ravel()


@dataclass(frozen=True, slots=True, eq=False)
class _Path:
    """A way through the trellis: its state after each step, and there the better branch's lead.

    `turns` are the steps where it takes the worse branch, last one first, and `loss` is what that costs. `nearest` has
    the steps before all of them, those first where one turn more costs least.
    """

    loss: float
    turns: tuple[int, ...]
    states: "array[int]"
    leads: "array[float]"
    nearest: Ints

    def message(self) -> Bits:
        return (np.frombuffer(self.states, np.uint16)[:-MEMORY] & 1).astype(np.uint8)


@dataclass(frozen=True, slots=True, order=True)
class _Turn:
    """A path not yet walked: as another, with one turn more, at the step of a rank among its nearest."""

    loss: float
    turns: tuple[int, ...]
    path: _Path = field(compare=False)
    rank: int = field(compare=False)


def decode(soft: Floats, most: int) -> Iterator[Bits]:
    """Give the messages that fit the soft bits best, best first, at most `most` of them.

    `soft` has one value for each coded bit, above zero for 1 and below zero for 0, larger the surer (log-likelihood
    ratios up to a common factor). The list is exact: serial list Viterbi decoding (Seshadri and Sundberg, 1994).
    """
    gaps = _forward(np.ascontiguousarray(soft, np.float32).reshape(-1, len(GENERATORS)))
    path = _best(gaps)
    yield path.message()
    waiting = list(_turns(path, 0))
    for _ in range(most - 1):
        if not waiting:
            return
        turn = heapq.heappop(waiting)
        path = _turned(gaps, turn)
        yield path.message()
        # Of a path's turns only the next best has to wait: no other can come before it.
        for each in (*_turns(turn.path, turn.rank + 1), *_turns(path, 0)):
            heapq.heappush(waiting, each)


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
    """Give, for each step and state, by how much the branch from the lower state beats the other (steps, 2, 8192).

    The state 2 n + b has the place (b, n).
    """
    signs = (2.0 * (np.arange(64)[:, None] >> np.arange(len(GENERATORS)) & 1) - 1.0).astype(np.float32)
    table = soft @ signs.T
    patterns = _patterns()
    gaps = np.empty((len(soft), 2, _HALF), np.float32)
    metric = np.full(2 * _HALF, -1e9, np.float32)
    metric[0] = 0
    branch, one, other = np.empty((3, _HALF), np.float32)
    for row, (even, odd) in zip(table, gaps, strict=True):
        np.take(row, patterns, out=branch, mode="wrap")
        low, high = metric[:_HALF], metric[_HALF:]
        after = np.empty(2 * _HALF, np.float32)
        for parity, gap, to_low, to_high in ((0, even, np.add, np.subtract), (1, odd, np.subtract, np.add)):
            to_low(low, branch, out=one)
            to_high(high, branch, out=other)
            np.subtract(one, other, out=gap)
            # Not by way of the gap, which is so large where a state cannot be reached that the rest would be lost.
            np.maximum(one, other, out=after[parity::2])
        metric = after
        metric -= metric.max()
    return gaps


def _best(gaps: Floats) -> _Path:
    """Walk back from the end along the better branches."""
    states, leads = array("H", [_NOWHERE]) * len(gaps), array("f", [0]) * len(gaps)
    _walk(gaps, states, leads, len(gaps) - 1, 0)
    return _Path(0.0, (), states, leads, np.argsort(leads, kind="stable"))


def _turns(path: _Path, rank: int) -> Iterator[_Turn]:
    for step in path.nearest[rank : rank + 1].tolist():
        yield _Turn(path.loss + path.leads[step], (*path.turns, step), path, rank)


def _turned(gaps: Floats, turn: _Turn) -> _Path:
    states, leads, last = turn.path.states[:], turn.path.leads[:], turn.turns[-1]
    state = states[last]
    better = gaps.item(last, state & 1, state >> 1)
    _walk(gaps, states, leads, last - 1, (state >> 1) + (0 if better < 0 else _HALF))
    costs = turn.loss + np.frombuffer(leads, np.float32)[:last].astype(np.float64)
    return _Path(turn.loss, turn.turns, states, leads, np.argsort(costs, kind="stable"))


def _walk(gaps: Floats, states: "array[int]", leads: "array[float]", step: int, state: int) -> None:
    """Note the better branches back from a state after a step, until the way that was noted before is met."""
    while step >= 0 and states[step] != state:
        gap = gaps.item(step, state & 1, state >> 1)
        states[step], leads[step] = state, abs(gap)
        step, state = step - 1, (state >> 1) + (_HALF if gap < 0 else 0)
