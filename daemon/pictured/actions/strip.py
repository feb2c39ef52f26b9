"""The action `strip`."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from pictured.imaging import operations

Group = Literal["exif", "gps", "xmp", "iptc", "icc", "thumbnail", "maker_notes", "all"]


class Strip(BaseModel):
    """Remove groups of metadata. Where nothing else is done to an upright picture, its coded pixels stay as they are.

    `all` removes everything that the pixels do not need: EXIF, XMP, IPTC, comments, embedded data, and further pictures
    behind the first one. The colour profile stays unless `icc` is listed too, because colours change without it. An
    EXIF orientation is applied before it is removed.

    `gps` removes the coordinates from EXIF and XMP; names of places in IPTC and XMP stay, and makers' own notes may
    still know where a picture was taken, so list `maker_notes` as well to be sure. What cannot be taken apart for
    sure, such as damaged EXIF, is removed as a whole.

    ```yaml
    - action: strip
      groups: [gps, maker_notes]
    ```
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Literal["strip"] = Field(description="Remove groups of metadata.")
    groups: Annotated[tuple[Group, ...], Field(min_length=1)] = Field(
        default=("all",),
        description="What is removed: `exif` (with all that lies in it), `gps`, `xmp`, `iptc`, `icc`, `thumbnail`, "
        "`maker_notes`, or `all` but the colour profile.",
    )

    def operation(self, facts: Mapping[str, str]) -> operations.Strip:  # noqa: ARG002  every action takes them
        """Give what is to be done."""
        return operations.Strip(groups=self.groups)
