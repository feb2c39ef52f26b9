from pictured.config.formats import EXIT_CODES, OUTPUT, PLACES, WRITING
from pictured.errors import ExitCode


def test_every_exit_code_is_explained() -> None:
    assert set(EXIT_CODES) == set(ExitCode)


def test_texts_are_whole_sections() -> None:
    assert all(text.startswith("## ") and text.endswith("\n") for text in (OUTPUT, PLACES, WRITING))
