import pytest
import pyvips

from pictured.imaging.rendering.light import coded, linearised


@pytest.mark.parametrize("deep", [False, True])
def test_every_value_survives_the_way_there_and_back(*, deep: bool) -> None:
    values = pyvips.Image.identity(ushort=deep)
    back = coded(linearised(values), deep=deep)
    assert back.format == values.format
    assert (values - back).abs().max() == 0


def test_half_of_the_light_is_lighter_than_half_of_the_values() -> None:
    grey = coded((pyvips.Image.black(1, 1) + 32767.5).cast("float"), deep=False)
    assert grey.avg() == pytest.approx(188, abs=1)
