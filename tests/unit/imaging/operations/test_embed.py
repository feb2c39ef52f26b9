import pkgutil

from pictured.imaging.operations.embed import Embed


def test_its_work_is_there_and_streams() -> None:
    assert callable(pkgutil.resolve_name(Embed.work))
    assert Embed.streams
