"""What can be done to a picture, as values: what `actions` make of settings and `rendering` carries out.

They stand apart from both, so that the process that renders loads neither the settings' models nor an engine that it
does not use: `work` names the function, `module:function`, that is loaded when its turn comes.
"""

from pictured.imaging.operations.copyright import Copyright
from pictured.imaging.operations.embed import Embed
from pictured.imaging.operations.encoding import Encoding
from pictured.imaging.operations.invisible_mark import InvisibleMark
from pictured.imaging.operations.orient import Orient
from pictured.imaging.operations.pad import Pad
from pictured.imaging.operations.quantise import Quantise
from pictured.imaging.operations.resize import Resize
from pictured.imaging.operations.strip import Strip
from pictured.imaging.operations.tile import Tile
from pictured.imaging.operations.watermark import Watermark

Operation = Resize | Pad | Tile | Quantise | Encoding | Watermark | Orient | Strip | Copyright | Embed | InvisibleMark

__all__ = [
    "Copyright",
    "Embed",
    "Encoding",
    "InvisibleMark",
    "Operation",
    "Orient",
    "Pad",
    "Quantise",
    "Resize",
    "Strip",
    "Tile",
    "Watermark",
]
