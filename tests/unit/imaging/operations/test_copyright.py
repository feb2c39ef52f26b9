import pkgutil

from pictured.imaging.operations.copyright import Copyright


def test_its_work_is_there_and_streams() -> None:
    assert callable(pkgutil.resolve_name(Copyright.work))
    assert Copyright.streams
