"""Heights along the rays of a view, and how the light falls on them."""

from dataclasses import dataclass

import numpy as np

from pictured.imaging.drawing.noise import Plane
from pictured.imaging.drawing.painting import Canvas, Colour, mixed
from pictured.imaging.drawing.view import Heights, View, looked_up, seen


@dataclass(frozen=True, slots=True)
class Ground:
    """A landscape along the rays; the planes are (steps, width), `steps` itself is (height, width).

    x, z, heights  where each point lies
    light          0 in the shade to 1 where the sun stands straight above the slope
    steep          0 for level ground to 1 for a wall
    steps          the step of its ray that each pixel shows, NaN where it is sky
    """

    x: Plane
    z: Plane
    heights: Plane
    light: Plane
    steep: Plane
    steps: Plane

    @property
    def wet(self) -> Plane:
        """1 for pixels that show ground below 0, which is where water stands, and 0 for others."""
        below = looked_up(self.heights, self.steps) < 0
        return (below & ~np.isnan(self.steps)).astype(np.float32)


def ground(view: View, heights: Heights, sun: Colour) -> Ground:
    """Look at a landscape. `sun` is the direction to it: right, up, away; its length does not matter."""
    x, z = view.rays()
    found = heights(x, z)
    down, across = np.gradient(found)
    slope_x = across / np.gradient(x, axis=1)
    slope_z = (down - slope_x * np.gradient(x, axis=0)) / np.gradient(z, axis=0)
    length = np.sqrt(slope_x**2 + slope_z**2 + 1)
    right, up, away = (part / float(np.linalg.norm(sun)) for part in sun)
    light = np.clip((up - slope_x * right - slope_z * away) / length, 0, 1)
    return Ground(x, z, found, light, 1 - 1 / length, seen(view, found, z))


def lit(colours: Canvas, light: Plane, shade: Colour, sun: Colour) -> Canvas:
    """Colours under the light of the sky (`shade`) and that of the sun, whose parts may be above 1."""
    found: Canvas = colours * (np.asarray(shade, np.float32) + light[..., None] * np.asarray(sun, np.float32))
    return found


def hazed(colours: Canvas, z: Plane, haze: Colour, distance: float) -> Canvas:
    """Let the air colour what is far: at `distance`, two thirds of a colour are the air's."""
    return mixed(colours, haze, 1 - np.exp(-z / np.float32(distance)))
