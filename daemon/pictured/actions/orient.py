"""The action `orient`."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from pictured.imaging import operations


class Orient(BaseModel):
    """Turn a picture upright as its EXIF orientation says, and reset that tag.

    A picture that is upright already stays as it is. All other actions that change pixels do this by themselves.

    ```yaml
    - action: orient
    ```
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Literal["orient"] = Field(description="Apply the EXIF orientation and reset its tag.")

    def operation(self, _facts: Mapping[str, str]) -> operations.Orient:
        """Give the operation; nothing is filled in."""
        return operations.Orient()
