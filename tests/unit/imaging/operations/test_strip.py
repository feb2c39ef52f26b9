import pkgutil

from pictured.imaging.operations.strip import Strip


def test_its_work_is_there_and_streams() -> None:
    assert callable(pkgutil.resolve_name(Strip.work))
    assert Strip.streams
