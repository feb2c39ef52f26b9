import pkgutil

from pictured.imaging.operations import Quantise


def test_all_pixels_are_needed_at_once() -> None:
    assert not Quantise(16).streams


def test_it_names_its_work() -> None:
    assert callable(pkgutil.resolve_name(Quantise(16).work))
