"""The action `invisible_mark`."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pictured.actions.filling import Text, filled
from pictured.imaging.operations.invisible_mark import InvisibleMark as Operation


class InvisibleMark(BaseModel):
    """Hide a key in the pixels, where the eye does not see it and where it survives.

    `pictured mark read FILE` reads the key from any copy: after JPEG, scaling, turning, mirroring, squeezing and
    cutting. Perspective, photographs of a screen or a print, and whoever sets out to remove it, defeat it. The key is
    that of a file, or is made of a text, or is random for every picture; the log and the journal tell it. With
    `secret_file` only who has that file can read the mark.

    The mark is the last thing that is done to a picture. It is as strong as the eye allows; everyday damage is tried
    on it (JPEG 75; turned by 5 degrees and reduced to 0.8; a quarter cut off), and where it is weak, as in plain
    graphics, `on_weak` says what to do. The margins are told in dB: 0 is the least that can be read.

    ```yaml
    - action: invisible_mark
      on_weak: fewer_bits
    ```
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Literal["invisible_mark"] = Field(description="Hide a key in the pixels.")
    key_file: Path | None = Field(
        default=None, description="A file with one key for all pictures: 64, 32 or 16 hex digits, or the bytes."
    )
    key_text: Text | None = Field(
        default=None,
        description="A text whose SHA-256 is the key, such as `{stem} {date:%Y-%m-%d}`. Placeholders: `{stem}`, "
        "`{width}`, `{height}`, `{date:%Y}` and EXIF fields such as `{exif.artist}`. Without text and file, the key is "
        "random for every picture.",
    )
    bits: Literal[256, 128, 64] = Field(
        default=256, description="Size of a key that is random or made of a text. Fewer bits survive more."
    )
    secret_file: Path | None = Field(
        default=None, description="A file of random bytes; only who has it can read the mark."
    )
    on_weak: Literal["warn", "fail", "fewer_bits"] = Field(
        default="warn",
        description="Where the mark would not survive everyday damage: keep it and say so, refuse the picture, or hide "
        "only the first 128 or 64 bits of the key.",
    )
    replace: bool = Field(default=False, description="Mark pictures that have a mark already; else they are refused.")

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if self.key_file is not None and self.key_text is not None:
            raise ValueError("give key_file or key_text, not both")
        return self

    def operation(self, facts: Mapping[str, str]) -> Operation:
        """Make the key of the text; files are read when the picture is rendered."""
        text = None if self.key_text is None else filled(self.key_text, facts)
        return Operation(
            key=None if text is None else hashlib.sha256(text.encode()).digest()[: self.bits // 8],
            key_file=None if self.key_file is None else str(self.key_file),
            bits=self.bits,
            secret_file=None if self.secret_file is None else str(self.secret_file),
            on_weak=self.on_weak,
            replace=self.replace,
        )
