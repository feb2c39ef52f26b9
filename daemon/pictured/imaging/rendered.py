"""What rendering is asked for, and what it gives back. Apart from the engine, so that the daemon can ask without it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pictured.imaging.operations import Operation
from pictured.imaging.traits import Traits


@dataclass(frozen=True, slots=True)
class Order:
    """A picture, and what is to be done to it.

    path        the source
    traits      of the source
    operations  in their order
    folder      an empty folder of ours, which takes the results until they are placed
    """

    path: Path
    traits: Traits
    operations: tuple[Operation, ...]
    folder: Path


@dataclass(frozen=True, slots=True)
class Made:
    """One result, complete, under a name of ours.

    file           where it lies until it is placed
    name           "" for the only result; else what tells it from the others of its picture, such as "r00-c01"
    extension      ".jpg", with the dot
    format         "jpeg"
    width, height  pixels of one frame; 0 for a file that is no picture, such as a manifest
    size           bytes
    digest         SHA-256, 32 bytes
    """

    file: Path
    name: str
    extension: str
    format: str
    width: int
    height: int
    size: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Rendered:
    """All results of one picture, and what the operations tell of their work: one entry each, by name and value."""

    made: tuple[Made, ...]
    notes: tuple[tuple[str, Mapping[str, object]], ...]
