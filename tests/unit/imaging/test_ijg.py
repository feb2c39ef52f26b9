import io

import pytest
from PIL import Image

from pictured.imaging.ijg import nearest_quality


@pytest.mark.parametrize("quality", range(1, 101))
def test_every_quality_of_libjpeg_is_recognised(quality: int) -> None:
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "JPEG", quality=quality)
    with Image.open(file) as image:
        found = nearest_quality(image.quantization)  # type: ignore[attr-defined]
    assert found == quality


def test_other_tables_have_a_nearest_one() -> None:
    assert nearest_quality({0: [1] * 64}) == 100
    assert nearest_quality({0: [255] * 64, 1: [255] * 64}) in range(1, 10)
    assert nearest_quality({}) is None
    assert nearest_quality({0: [1] * 7}) is None
