"""What a rule can do to a picture: one file per action, and this table of them.

A new action is a file here, its value in `imaging/operations`, its work in `imaging/rendering`, a line in the table, a
test and `python -m pictured.config.publishing config`.
"""

from typing import Annotated

from pydantic import Field

from pictured.actions.convert import Convert
from pictured.actions.copyright import Copyright
from pictured.actions.embed import Embed
from pictured.actions.invisible_mark import InvisibleMark
from pictured.actions.orient import Orient
from pictured.actions.pad import Pad
from pictured.actions.quantise import Quantise
from pictured.actions.resize import Resize
from pictured.actions.strip import Strip
from pictured.actions.tile import Tile
from pictured.actions.watermark import Watermark

Action = Annotated[
    Resize | Pad | Tile | Quantise | Convert | Watermark | Orient | Strip | Copyright | Embed | InvisibleMark,
    Field(discriminator="action"),
]
"""Any action; the key `action` tells which."""

__all__ = [
    "Action",
    "Convert",
    "Copyright",
    "Embed",
    "InvisibleMark",
    "Orient",
    "Pad",
    "Quantise",
    "Resize",
    "Strip",
    "Tile",
    "Watermark",
]
