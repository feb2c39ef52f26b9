from pathlib import Path

import numpy as np
import pytest
import pyvips

from pictured.errors import Refused
from pictured.imaging.rendering import jxl
from pictured.imaging.rendering.writing import Coding

try:
    import pillow_jxl  # type: ignore[import-not-found]  # noqa: F401

    HERE = True
except ImportError:
    HERE = False


def image() -> pyvips.Image:
    made = np.random.default_rng(5).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    return pyvips.Image.new_from_array(made).copy(interpretation="srgb")


@pytest.mark.skipif(HERE, reason="the package is installed")
def test_without_the_package_the_error_names_it(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="pillow-jxl-plugin"):
        jxl.write(image(), Coding("jxl", 80), tmp_path / "a.jxl")


@pytest.mark.skipif(not HERE, reason="the package is not installed")
def test_a_picture_without_loss_comes_back_as_it_was() -> None:
    seen = jxl.decoded(jxl.coded(image(), Coding("jxl", None)))
    assert np.array_equal(seen.numpy(), image().numpy())
