"""The action `copyright`."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pictured.actions.filling import Text, filled
from pictured.imaging import operations


class Copyright(BaseModel):
    """Write who made a picture and who owns it.

    The notice goes into EXIF (Copyright) and XMP (dc:rights), the artist into EXIF (Artist) and XMP (dc:creator), and
    the URL into XMP (xmpRights:WebStatement). What a picture says already stays, and is copied to where it is missing,
    unless `replace: true` says otherwise. A text whose placeholders are all unknown for a picture is not written. A GIF
    has no place for any of it. Where nothing else is done to an upright picture, its coded pixels stay as they are.

    ```yaml
    - action: copyright
      notice: "© {exif.year} {exif.artist}"
      url: https://example.org/licence
    ```
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Literal["copyright"] = Field(description="Write copyright, artist and the URL of the rights.")
    notice: Text | None = Field(
        default=None,
        description="The copyright notice. Placeholders: `{stem}`, `{width}`, `{height}`, `{date:%Y}` and EXIF fields "
        "such as `{exif.year}` and `{exif.artist}`.",
    )
    artist: Text | None = Field(default=None, description="Who made the picture; the same placeholders.")
    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$", max_length=2000)] | None = Field(
        default=None, description="A web page that tells what may be done with the picture."
    )
    replace: bool = Field(default=False, description="Replace what the picture says already.")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.notice is None and self.artist is None and self.url is None:
            raise ValueError("give notice, artist or url")
        return self

    def operation(self, facts: Mapping[str, str]) -> operations.Copyright:
        """Fill the texts in. `facts` has values by placeholder, such as "stem" and "exif.artist"."""
        return operations.Copyright(
            notice=filled(self.notice, facts),
            artist=filled(self.artist, facts),
            url=self.url or "",
            replace=self.replace,
        )
