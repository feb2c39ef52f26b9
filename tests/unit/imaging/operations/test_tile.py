import pkgutil

from pictured.imaging.operations import Tile


def test_tiles_look_back_at_rows_that_have_gone_by() -> None:
    assert not Tile(256, 256).streams


def test_it_names_its_work() -> None:
    assert callable(pkgutil.resolve_name(Tile(256, 256).work))
