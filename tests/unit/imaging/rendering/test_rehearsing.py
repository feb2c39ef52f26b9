from collections.abc import Callable

import numpy as np
import pyvips
from PIL import Image

from pictured.imaging.rendering.rehearsing import rehearsed
from pictured.marking.embedding import embed
from pictured.marking.marks import PUBLIC

KEY = bytes(range(32))


def test_what_survives_has_a_margin_and_what_is_not_there_has_none(photo: Callable[[str], Image.Image]) -> None:
    pixels = np.asarray(photo("china").resize((480, 320)))
    marked = pyvips.Image.new_from_array(embed(pixels, KEY).picture)
    margins = rehearsed(marked, KEY, PUBLIC)
    assert set(margins) == {"jpeg", "turned", "cut"}
    assert all(margin is not None and margin > 1 for margin in margins.values())
    assert set(rehearsed(marked, bytes(32), PUBLIC).values()) == {None}
    assert rehearsed(marked, KEY, PUBLIC, ["jpeg"]) == {"jpeg": margins["jpeg"]}


def test_grey_alpha_and_16_bits_are_rehearsed_too(photo: Callable[[str], Image.Image]) -> None:
    pixels = np.asarray(photo("china").resize((480, 320)).convert("L"))
    deep = embed(np.dstack([pixels, pixels]).astype(np.uint16) * 257, KEY).picture
    margins = rehearsed(pyvips.Image.new_from_array(deep, interpretation="grey16"), KEY, PUBLIC)
    assert margins["jpeg"] is not None
