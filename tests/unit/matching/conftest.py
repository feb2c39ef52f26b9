"""Pictures as they are kept, and as they are asked for."""

from collections.abc import Callable, Mapping

import pytest
from PIL import Image

from pictured.disk.reading import stamp_of
from pictured.flow import Fingerprint
from pictured.imaging.limits import DecodingLimits
from pictured.indexing.fingerprinting import fingerprint
from pictured.indexing.probing import probe
from pictured.looks import PARTS, Depth, Probe
from pictured.matching.index import Entry, Index

LIMITS = DecodingLimits(pixels=10**8, memory=10**9)
NAMES = ("astronaut", "coffee", "chelsea", "rocket", "camera", "china", "flower")


@pytest.fixture(scope="session")
def read(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Fingerprint]:
    """Give what is kept of a picture, saved as a file of its own."""
    path = tmp_path_factory.mktemp("library") / "picture"

    def kept(image: Image.Image, depth: Depth = Depth.NORMAL, kind: str = "JPEG", **options: object) -> Fingerprint:
        image.save(path, kind, **{"quality": 90} | options)
        return fingerprint(path, stamp_of(path), LIMITS, depth, marr=True)

    return kept


@pytest.fixture(scope="session")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Probe]:
    """Give what is searched of a picture, saved as a file of its own."""
    path = tmp_path_factory.mktemp("queries") / "query"

    def looked_at(image: Image.Image, kind: str = "JPEG", **options: object) -> Probe:
        image.save(path, kind, **{"quality": 70} | options)
        return probe(path, stamp_of(path), LIMITS, marr=True)

    return looked_at


@pytest.fixture(scope="session")
def library(photo: Callable[[str], Image.Image], read: Callable[..., Fingerprint]) -> Mapping[int, Fingerprint]:
    """Some photographs by number."""
    return {number: read(photo(name)) for number, name in enumerate(NAMES)}


@pytest.fixture(scope="session")
def indexed() -> Callable[[Mapping[int, Fingerprint]], Index]:
    """Make contents findable."""

    def made(contents: Mapping[int, Fingerprint]) -> Index:
        entries = (Entry(number, each.phash, each.crops, each.points) for number, each in sorted(contents.items()))
        return Index(PARTS[Depth.NORMAL], entries)

    return made
