"""Which cards go on which page, and how large the previews on it may be."""

from collections.abc import Sequence
from pathlib import Path

PAGE = 24_500_000
"""Bytes of a page at most, with its previews."""

CARDS = 1000
"""Cards on a page at most."""

_FRAME = 200_000
_LEAST = 8_000
_MOST = 200_000
_ENCODED = 4 / 3
_SIDES = ((36_000, 1024), (16_000, 720), (5_000, 480), (0, 320))
_TILES = ((70_000, 640), (48_000, 512), (36_000, 448), (24_000, 384), (14_000, 320), (9_000, 256), (6_000, 208))
_TILE = 160
_SHARE, _LARGER_SHARE, _PLENTY = 0.3, 0.5, 60_000
_PAIR = 4_500
_NAMED = 160


def parted(weights: Sequence[int]) -> list[range]:
    """Split cards, in their order, into pages; `weights` are the bytes of their facts. There is one page at least."""
    pages: list[range] = []
    first, held = 0, 0
    for number, weight in enumerate(weights):
        if number > first and (number - first == CARDS or held + weight + _LEAST > PAGE - _FRAME):
            pages.append(range(first, number))
            first, held = number, 0
        held += weight + _LEAST
    return [*pages, range(first, len(weights))]


def allowance(weights: Sequence[int]) -> int:
    """Bytes that all previews of one card may take together, on a page with cards of these weights."""
    free = PAGE - _FRAME - sum(weights)
    return int(min(_MOST, max(_LEAST, free / max(1, len(weights)))) / _ENCODED)


def shares(most: int, previews: int, pairs: int) -> tuple[int, int, int]:
    """Divide the bytes of a card among its pictures.

    Args:
        most: bytes for all of them.
        previews: their number.
        pairs: copies that might be shown at 100 % beside the best one.

    Returns:
        Bytes of each preview; how many pairs are shown at 100 %; bytes of each pair.
    """
    of_pairs = int(most * (_SHARE if most < _PLENTY else _LARGER_SHARE))
    count = min(pairs, of_pairs // _PAIR)
    if count == 0:
        return most // max(1, previews), 0, 0
    return (most - of_pairs) // max(1, previews), count, of_pairs // count - _NAMED


def tile_for(bytes_each: int) -> int:
    """The side, in pixels, of a part at 100 % of which a pair takes so many bytes."""
    return next((side for least, side in _TILES if bytes_each >= least), _TILE)


def side_for(bytes_each: int) -> int:
    """The long side, in pixels, that a preview of so many bytes can do justice to."""
    return next(side for least, side in _SIDES if bytes_each >= least)


def part_names(out: Path, pages: int) -> list[Path]:
    """The files of the pages: the one that was asked for, or numbered ones beside it, which is then their index."""
    if pages == 1:
        return [out]
    return [out.with_name(f"{out.stem}-{number:03d}{out.suffix}") for number in range(1, pages + 1)]
