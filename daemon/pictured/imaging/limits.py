"""How much a picture may ask for. Apart from the decoders, so that the daemon can set limits without loading them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DecodingLimits:
    """Checked against what the file declares, before anything is decoded.

    pixels   width times height, as declared
    memory   bytes that the decoder needs for the picture; a JPEG is reduced while it is decoded and needs far less than
             its full size
    """

    pixels: int
    memory: int
