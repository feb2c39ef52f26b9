"""The action `embed`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pictured.actions.filling import Text, filled
from pictured.imaging import operations


class Embed(BaseModel):
    """Put data, at most 64 kB, into the file's own metadata.

    `pictured extract FILE` reads them back. They lie in a JPEG's APP15 segments, in a chunk of a PNG, and in the XMP of
    WebP, AVIF and TIFF; a GIF has no place for them. Programs that remove metadata remove them too. With `key_file`
    they are encrypted (AES-256-GCM); whoever has the key file can read them. Make one with
    `head -c 32 /dev/urandom > key`. Where nothing else is done to an upright picture, its coded pixels stay as they
    are.

    ```yaml
    - action: embed
      text: "from the archive of {exif.artist}, {stem}"
    ```
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Literal["embed"] = Field(description="Put data into the file's metadata.")
    text: Text | None = Field(
        default=None,
        description="A text. Placeholders: `{stem}`, `{width}`, `{height}`, `{date:%Y}` and EXIF fields such as "
        "`{exif.artist}`.",
    )
    file: Path | None = Field(default=None, description="Instead of a text: a file of at most 64 kB.")
    key_file: Path | None = Field(
        default=None, description="A file of 16 random bytes or more; the data are encrypted with it."
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.text is None) == (self.file is None):
            raise ValueError("give either text or file")
        return self

    def operation(self, facts: Mapping[str, str]) -> operations.Embed:
        """Fill the text in; files are read when the picture is rendered."""
        return operations.Embed(
            text=None if self.text is None else filled(self.text, facts),
            file=None if self.file is None else str(self.file),
            key_file=None if self.key_file is None else str(self.key_file),
        )
