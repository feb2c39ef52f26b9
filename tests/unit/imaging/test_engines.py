from pictured.imaging.engines import fonts, pillow, vips


def test_the_libraries_of_the_tests_know_all_formats_that_rules_write() -> None:
    assert pillow().version
    assert "JPEG" not in pillow().missing
    found = vips()
    assert found.version is not None
    assert (found.version.count("."), found.missing) == (2, ())


def test_fonts_are_told_by_letters_that_look_different() -> None:
    # Whether there are any is up to the machine; that it can be told is not.
    assert fonts() in {True, False}
