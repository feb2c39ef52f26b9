"""The frames of an animation, which lie one above the other in its image."""

from collections.abc import Callable

import pyvips

from pictured.imaging.rendering.fitting import frame_height


def framewise(image: pyvips.Image, work: Callable[[pyvips.Image], pyvips.Image]) -> pyvips.Image:
    """Do the work on each frame of an animation by itself, or on a still picture as a whole.

    The results must have one size. "page-height" is brought up to date; "delay" and "loop" stay.
    """
    height = frame_height(image)
    if height == image.height:
        return work(image)
    frames = [work(image.crop(0, top, image.width, height)) for top in range(0, image.height, height)]
    joined = pyvips.Image.arrayjoin(frames, across=1).copy()
    joined.set_type(pyvips.GValue.gint_type, "page-height", frames[0].height)
    return joined


def placed(room: int, length: int, towards: str, start: str, end: str) -> int:
    """Give the offset in pixels of a length in a room, towards one end or in the middle. Negative where it is longer.

    `towards` is a gravity such as "top-left", and `start` and `end` are the names of the two ends.
    """
    if start in towards:
        return 0
    return room - length if end in towards else (room - length) // 2
