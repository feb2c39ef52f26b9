from pathlib import Path

import pytest
from pydantic import ValidationError

from pictured.flow import Role
from pictured.watching.settings import FolderSettings


def test_a_folder_needs_a_path_and_a_role_only() -> None:
    folder = FolderSettings.model_validate({"path": "/pictures", "role": "library"})
    assert folder == FolderSettings(path=Path("/pictures"), role=Role.LIBRARY)
    assert (folder.ignore, folder.watch, folder.poll_interval) == ((), "auto", 60.0)


def test_durations_are_written_as_people_write_them() -> None:
    folder = FolderSettings.model_validate(
        {"path": "/p", "role": "query", "ignore": ["*.psd"], "watch": "poll", "poll_interval": "5 min"}
    )
    assert (folder.ignore, folder.watch, folder.poll_interval) == (("*.psd",), "poll", 300.0)
    assert folder.model_dump(mode="json")["poll_interval"] == "5min"


@pytest.mark.parametrize(
    "fault",
    [{"rol": "library"}, {"role": "libary"}, {"watch": "always"}, {"poll_interval": "1ms"}, {"ignore": [""]}],
)
def test_what_cannot_be_meant_is_refused(fault: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        FolderSettings.model_validate({"path": "/p", "role": "library"} | fault)


def test_every_field_is_described() -> None:
    assert all(field.description for field in FolderSettings.model_fields.values())
