import pkgutil

from pictured.imaging.operations import Orient


def test_it_names_a_function_that_is_there() -> None:
    assert callable(pkgutil.resolve_name(Orient.work))
