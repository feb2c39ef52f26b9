"""What a rule asks of a picture before anything is done to it: its header and its EXIF fields, no pixels."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Traits:
    """Facts of a file that its header tells.

    format         Pillow's name, "JPEG" for MPO
    width, height  pixels as stored, before the orientation is applied
    orientation    EXIF number 1 to 8 that is still to be applied
    frames         1, or the number of frames of an animation
    bit_depth      bits per channel as stored
    mode           "bilevel", "grey", "palette", "rgb", "cmyk" or "lab"
    has_alpha      whether it has an alpha channel or transparent palette entries
    progressive    whether a JPEG is progressive, or a PNG interlaced
    quality        1 to 100: the quality by libjpeg's tables that is nearest to those of a JPEG; None for others
    subsampling    "4:4:4", "4:2:2", "4:2:0" or "other" of a JPEG; None for others
    size           bytes of the file
    exif           EXIF fields as text by lower-case name without its group ("artist", "datetimeoriginal",
                   "gpslatitude"), and "year", "month" and "day" of the exposure where it is known
    """

    format: str
    width: int
    height: int
    orientation: int
    frames: int
    bit_depth: int
    mode: str
    has_alpha: bool
    progressive: bool
    quality: int | None
    subsampling: str | None
    size: int
    exif: Mapping[str, str]

    @property
    def upright(self) -> tuple[int, int]:
        """Width and height of the upright picture, in pixels."""
        return (self.height, self.width) if self.orientation >= 5 else (self.width, self.height)
