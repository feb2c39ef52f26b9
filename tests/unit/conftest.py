"""Real photographs, and files made of them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from skimage import data
from sklearn.datasets import load_sample_images

if TYPE_CHECKING:
    from pictured.store.postgres.connection import Connection


@cache
def _photo(name: str) -> Image.Image:
    if name in {"china", "flower"}:
        return Image.fromarray(load_sample_images().images[name == "flower"])
    return Image.fromarray(getattr(data, name)()).convert("RGB")


@pytest.fixture(scope="session")
def photo() -> Callable[[str], Image.Image]:
    """A photograph by its name in skimage or scikit-learn."""
    return _photo


@pytest.fixture(scope="session")
def draw() -> Callable[..., Path]:
    """Write a photograph to a file, smaller and coarser as wanted."""

    def write(path: Path, name: str, *, width: int | None = None, quality: int = 92) -> Path:
        image = _photo(name)
        if width is not None:
            image = image.resize((width, round(image.height * width / image.width)), Image.Resampling.LANCZOS)
        path.parent.mkdir(parents=True, exist_ok=True)
        image.save(path, quality=quality)
        return path

    return write


@pytest.fixture(scope="session")
def holding(new_database: Callable[[], str]) -> "Callable[[NDArray[np.uint8]], AbstractContextManager[Connection]]":
    """A shared index that has contents with these hashes, uint8 (n, 32), numbered from 1."""

    @contextmanager
    def opened(hashes: NDArray[np.uint8]) -> "Iterator[Connection]":
        from pictured.disk.naming import Naming
        from pictured.store.postgres.opening import open_shared

        db = open_shared(new_database(), Naming("anna"), Path("/nowhere"), writer=True)
        columns = "digest, phash, size, width, height, format, mode, bit_depth, frames, metadata"
        with db.server.cursor().copy(f"COPY contents ({columns}) FROM STDIN") as copy:
            for number, each in enumerate(hashes):
                digest = sha256(number.to_bytes(8)).digest()
                copy.write_row((digest, each.tobytes(), 1, 1, 1, "JPEG", "RGB", 8, 1, ""))
        yield db
        db.close()

    return opened
