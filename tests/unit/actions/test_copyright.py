import pytest
from pydantic import ValidationError

from pictured.actions.copyright import Copyright


def test_texts_are_filled_in() -> None:
    settings = Copyright(action="copyright", notice="© {exif.year} {exif.artist}", artist="{exif.artist}")
    made = settings.operation({"exif.year": "2019", "exif.artist": "Ann"})
    assert (made.notice, made.artist, made.url, made.replace) == ("© 2019 Ann", "Ann", "", False)
    assert settings.operation({}).notice == ""


@pytest.mark.parametrize(
    "settings",
    [{}, {"notice": "{exif}"}, {"notice": "{unknown}"}, {"artist": "{"}, {"url": "example.org"}, {"url": "ftp://a"}],
)
def test_what_cannot_be_is_refused(settings: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Copyright.model_validate({"action": "copyright"} | settings)
