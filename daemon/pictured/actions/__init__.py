"""What a rule can do to a picture: one file per action, and this table of them.

A new action is a file here, a line in the table, a test and `python -m pictured.config.publishing config`.
"""

from typing import Annotated

from pydantic import Field

from pictured.actions.convert import Convert
from pictured.actions.pad import Pad
from pictured.actions.resize import Resize
from pictured.actions.watermark import Watermark

Action = Annotated[Resize | Pad | Convert | Watermark, Field(discriminator="action")]
"""Any action; the key `action` tells which."""

__all__ = ["Action", "Convert", "Pad", "Resize", "Watermark"]
