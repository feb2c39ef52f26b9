from pictured.imaging.rendering.metadata import Metadata


def test_a_file_without_any_keeps_what_else_it_holds() -> None:
    assert Metadata() == Metadata(None, None, None, None, None, extras=True)
