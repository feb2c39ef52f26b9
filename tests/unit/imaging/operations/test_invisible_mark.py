import pkgutil

from pictured.imaging.operations.invisible_mark import InvisibleMark


def test_its_work_is_there_and_takes_the_pixels_once() -> None:
    assert callable(pkgutil.resolve_name(InvisibleMark.work))
    assert InvisibleMark.streams


def test_the_secret_is_not_shown() -> None:
    assert "hidden" not in repr(InvisibleMark(secret=b"hidden"))
