"""Coded values to linear light and back, by the transfer function of sRGB (IEC 61966-2-1)."""

import pyvips


def linearised(image: pyvips.Image) -> pyvips.Image:
    """Give light in proportion, 0 to 65535, for 8 or 16 bits without alpha: as uint16, or as float for 16 bits."""
    deep = image.format == "ushort"
    value = pyvips.Image.identity(ushort=deep) / (65535 if deep else 255)
    light = (value <= 0.04045).ifthenelse(value / 12.92, ((value + 0.055) / 1.055) ** 2.4) * 65535
    return image.maplut(light if deep else light.rint().cast("ushort"))


def coded(light: pyvips.Image, *, deep: bool) -> pyvips.Image:
    """Undo `linearised`: give 8 bits, or with `deep` 16. What lies beyond black and white is clipped."""
    if not deep:
        clipped = light if light.format == "ushort" else light.rint().cast("ushort")
        return clipped.maplut((_curve(pyvips.Image.identity(ushort=True) / 65535) * 255).rint().cast("uchar"))
    return (_curve((light / 65535).clamp()) * 65535).rint().cast("ushort")


def _curve(light: pyvips.Image) -> pyvips.Image:
    return (light <= 0.0031308).ifthenelse(light * 12.92, light ** (1 / 2.4) * 1.055 - 0.055)
