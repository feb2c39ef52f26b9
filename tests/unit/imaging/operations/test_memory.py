from dataclasses import replace

import pytest

from pictured.imaging.operations import Encoding, InvisibleMark, Operation, Orient, Pad, Resize, Tile
from pictured.imaging.operations.memory import peak
from pictured.imaging.traits import Traits

BASELINE = Traits("JPEG", 12_000, 12_000, 1, 1, 8, "rgb", False, False, 88, "4:2:0", 25_000_000, {})
COEFFICIENTS = 2 * 12_000 * 12_000 * 1.5
PIXELS = 12_000 * 12_000 * 3
SMALL = (Resize(long_edge=1000),)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_what_streams_is_small(kind: str) -> None:
    assert peak(replace(BASELINE, format=kind), SMALL) < 110_000_000


def test_a_progressive_jpeg_needs_its_coefficients() -> None:
    assert COEFFICIENTS < peak(replace(BASELINE, progressive=True), SMALL) < COEFFICIENTS + 140_000_000


@pytest.mark.parametrize(
    ("traits", "operations"),
    [
        (replace(BASELINE, format="PNG", progressive=True), SMALL),
        (replace(BASELINE, format="WEBP"), SMALL),
        (BASELINE, (Tile(256, 256),)),
        (BASELINE, (InvisibleMark(),)),
        (BASELINE, (Pad(aspect=(16, 9), fill="reflect"),)),
        (replace(BASELINE, orientation=6), (Orient(),)),
        (BASELINE, (Resize(percent=200, enlarge=True),)),
    ],
)
def test_what_must_be_held_as_a_whole_is_counted(traits: Traits, operations: tuple[Operation, ...]) -> None:
    assert peak(traits, operations) > PIXELS


@pytest.mark.parametrize("deeper", [{"bit_depth": 16}, {"has_alpha": True}, {"frames": 3, "format": "GIF"}])
def test_more_data_never_takes_less(deeper: dict[str, object]) -> None:
    operations = (Pad(aspect=(16, 9), fill="edge"),)
    assert peak(replace(BASELINE, **deeper), operations) > peak(BASELINE, operations)


def test_a_search_for_a_quality_costs_more_than_a_number() -> None:
    searched, given = (peak(BASELINE, (*SMALL, Encoding("jpeg", quality))) for quality in ("high", 80))
    assert searched > given
