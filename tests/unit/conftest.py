"""Real photographs, and files made of them."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from PIL import Image
from skimage import data
from sklearn.datasets import load_sample_images


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
