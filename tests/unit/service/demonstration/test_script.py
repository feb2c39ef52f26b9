from pathlib import PurePath

from pictured.imaging.drawing.scenes import Scene
from pictured.service.demonstration.script import BETTER, LIBRARY, ORIGINALS, POOR, WANTED, WIDTH


def test_every_poor_copy_but_the_last_has_an_original() -> None:
    held = {piece.scene for piece in ORIGINALS}
    assert [piece.scene in held for piece in POOR] == [True] * (len(POOR) - 1) + [False]


def test_the_better_copy_is_of_a_picture_that_was_asked_for_and_has_more_pixels_than_any() -> None:
    assert BETTER.scene in {piece.scene for piece in POOR}
    assert all(piece.rendering.width < BETTER.rendering.width for piece in ORIGINALS if piece.scene is BETTER.scene)


def test_every_scene_is_shown_and_none_is_blown_up() -> None:
    pieces = (*ORIGINALS, *POOR, BETTER)
    assert {piece.scene for piece in pieces} == set(Scene)
    assert max(piece.rendering.width for piece in pieces) == WIDTH


def test_every_file_has_a_name_of_its_own_in_its_folder() -> None:
    library, wanted = [piece.path for piece in (*ORIGINALS, BETTER)], [piece.path for piece in POOR]
    assert len({*library, *wanted}) == len(library) + len(wanted)
    assert all(path.is_relative_to(LIBRARY) for path in library)
    assert all(path.parent == PurePath(WANTED) for path in wanted)


def test_a_piece_tells_its_size_its_compression_and_how_it_is_turned() -> None:
    assert str(ORIGINALS[0]) == "1600 x 1067, JPEG 92"
    assert [str(POOR[2]), str(POOR[3])] == [
        "400 x 267, JPEG 40, mirrored",
        "200 x 300, JPEG 30, turned by 90 degrees",
    ]
