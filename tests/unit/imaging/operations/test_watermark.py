import pkgutil

from pictured.imaging.operations import Watermark


def test_large_pictures_stream_through_it() -> None:
    assert Watermark(text="x").streams


def test_it_names_its_work() -> None:
    assert callable(pkgutil.resolve_name(Watermark(text="x").work))
