"""Camera raw files by their names: what a sensor saw, with a small preview that decoders give instead."""

from typing import Final

_NAMES = (
    ".3fr .arw .cr2 .cr3 .dng .erf .iiq .kdc .mef .mos .mrw .nef .nrw .orf .pef .raf .raw .rw2 .rwl .sr2 .srf .srw .x3f"
)
RAW_EXTENSIONS: Final = frozenset(_NAMES.split())
"""Lower case, with the dot."""
