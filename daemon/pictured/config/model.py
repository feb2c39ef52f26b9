"""The whole configuration, composed of the settings that each stage owns."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from pictured.collecting.settings import CollectSettings
from pictured.config.addresses import DatabaseAddress
from pictured.config.limits import Limits
from pictured.config.logs import Logging
from pictured.config.schedule import Schedule
from pictured.matching.settings import MatchingSettings
from pictured.quantities import Seconds
from pictured.rules.rule import Rule
from pictured.watching.settings import FolderSettings

ShareName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]


class Config(BaseModel):
    """The file `pictured.yaml`: the folders that are looked after, and what is done with the pictures in them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folders: tuple[FolderSettings, ...] = Field(
        min_length=1,
        description="The folders that are watched, with everything inside them. No folder may lie inside another, "
        "unless the inner one has the role `ignore`.",
    )
    collect: tuple[CollectSettings, ...] = Field(
        default=(), description="Destinations that get the best copy of each picture."
    )
    matching: MatchingSettings = Field(
        default_factory=MatchingSettings, description="How copies are found, and what a match must measure up to."
    )
    rules: tuple[Rule, ...] = Field(default=(), description="What is done to new pictures, in the order written.")
    settle: Seconds = Field(
        default=5.0, description="How long a file must stay unchanged before it is read (half-written files wait)."
    )
    schedule: Schedule = Field(default_factory=Schedule, description="What is done at set times.")
    logging: Logging = Field(default_factory=Logging, description="What is logged, and where to.")
    store: DatabaseAddress | None = Field(
        default=None,
        repr=False,
        examples=["postgresql://pictured@server/pictured"],
        description="The PostgreSQL database of an index that several machines share; by default the index is a file "
        "of this machine alone. Needs `pip install 'pictured[cluster]'`. The password is better kept in `~/.pgpass`.",
    )
    machine: ShareName | None = Field(
        default=None,
        examples=["anna"],
        description="What this machine is called in a shared index; by default its host name. No two share one.",
    )
    mounts: dict[ShareName, Path] = Field(
        default_factory=dict,
        examples=[{"photos": "/mnt/photos"}],
        description="Where this machine has the shares that other machines have elsewhere, by the names that all "
        "of them use. Needed only with `store` and for `scan --cluster`.",
    )
    limits: Limits = Field(default_factory=Limits, description="What pictured may use.")
