"""What a person says about one watched folder."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from pictured.flow import Role
from pictured.quantities import Seconds

Watch = Literal["auto", "events", "poll"]
"""How changes in a folder are noticed."""


class FolderSettings(BaseModel):
    """A folder to look after, with everything below it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Annotated[Path, Field(description="The folder. `~` and environment variables are expanded.")]
    role: Annotated[
        Role,
        Field(
            description=(
                "`library`: its pictures may be collected. `query`: its pictures ask for their best copy and are never "
                "collected themselves. `ignore`: nothing below it is looked at; for a folder inside another one."
            )
        ),
    ]
    ignore: Annotated[
        tuple[Annotated[str, Field(min_length=1)], ...],
        Field(
            description=(
                "Globs of names to leave alone, on top of the built-in ones, upper and lower case alike. "
                "`*.psd` or `drafts` match a file or folder anywhere, `raw/2019` and `/raw` count from the folder, "
                "`**` stands for any number of folders."
            )
        ),
    ] = ()
    watch: Annotated[
        Watch,
        Field(
            description=(
                "`events`: the system reports changes. `poll`: the folder is scanned every `poll_interval`. "
                "`auto`: events, but polling on network file systems and where the system has no watches left."
            )
        ),
    ] = "auto"
    poll_interval: Annotated[
        Seconds, Field(ge=1, description="The time between two scans of a folder that is polled, such as `60s`.")
    ] = 60.0
