"""The `matching` section: how hard copies are looked for, and what a match must measure up to."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from pictured.looks import Depth
from pictured.matching.scales import SCALES, Measure


class Search(StrEnum):
    """Where candidates are looked for."""

    MEMORY = "memory"
    DATABASE = "database"


class Limit(BaseModel):
    """What one measure of a match must be, both ends included. Give `at_least`, `at_most` or both."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at_least: float | None = Field(default=None, allow_inf_nan=False, description="Least value that is accepted.")
    at_most: float | None = Field(default=None, allow_inf_nan=False, description="Greatest value that is accepted.")

    @model_validator(mode="after")
    def _accepts_something(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError("give at_least, at_most or both")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError(f"at_least {self.at_least:g} is more than at_most {self.at_most:g}; no value is both")
        return self

    def accepts(self, value: float) -> bool:
        """Say whether a value keeps the limit. No number (NaN) does."""
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)


def _possible(limits: dict[Measure, Limit]) -> dict[Measure, Limit]:
    for measure, limit in limits.items():
        scale = SCALES[measure]
        for name, value in (("at_least", limit.at_least), ("at_most", limit.at_most)):
            if value is not None and not scale.least <= value <= scale.most:
                raise ValueError(f"{measure} goes from {scale.least:g} to {scale.most:g}; {name} {value:g} is outside")
    return limits


class MatchingSettings(BaseModel):
    """How copies are found and proven. Without this section, pictures are matched at normal depth, without limits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    depth: Depth = Field(
        default=Depth.NORMAL,
        description="How much is kept of each picture to find it by. `quick` keeps one hash of the whole picture: the "
        "smallest index, and no parts of pictures are found. `normal` adds hashes of parts and local features, at "
        "most 1.5 kB of memory and 6 kB on disk for each picture. `deep` keeps more of both, about 4 kB of memory and "
        "12 kB on disk, and finds smaller parts. Pictures that were read before keep what they have; `pictured scan "
        "--again` reads them again.",
    )
    search: Search = Field(
        default=Search.MEMORY,
        description="Where copies are looked for. `memory` holds the hashes of all pictures in memory and their "
        "features in files of the state folder. `database` holds nothing: it asks a shared index (`store`) for the "
        "hashes of whole pictures within 31 of 256 bits, which finds copies that were re-encoded, shrunk, mirrored or "
        "turned by quarters, and no parts of pictures. For catalogues of many millions.",
    )
    marr: bool = Field(
        default=False,
        description="Whether to keep the Marr-Hildreth wavelet hash (72 bytes) of each picture beside the perceptual "
        "hash, and to show its distance for each match. Pictures that were read before have none; `pictured scan "
        "--again` reads them again.",
    )
    measures: Annotated[dict[Measure, Limit], AfterValidator(_possible)] = Field(
        default_factory=dict,
        description="Limits that a match must keep to be claimed, by measure, such as `ssim: {at_least: 0.6}`. "
        "Measures of the aligned pair: `mse` (mean squared error, 0 to 65025), `ssim` (structural similarity, -1 to "
        "1), `norm1` (mean absolute difference, 0 to 255), `quadratic_chi` (distance of the histograms, 0 to 7.5), "
        "`correlation` (-1 to 1). Others: `phash_distance` (bits, 0 to 256), `marr_distance` (bits, 0 to 576, needs "
        "`marr: true`), `inliers` (local features that agree, 0 or more), `confidence` (0 to 1). For `ssim`, "
        "`correlation`, `inliers` and `confidence` more is better, for the others less. A measure that a match does "
        "not have breaks its limit.",
    )

    @model_validator(mode="after")
    def _can_be_measured(self) -> Self:
        if Measure.MARR_DISTANCE in self.measures and not self.marr:
            raise ValueError("a limit on marr_distance needs the hash; add `marr: true` or remove the limit")
        return self


Limits = Mapping[Measure, Limit]
"""What a match must measure up to."""


def meets(limits: Limits, values: Mapping[str, float]) -> bool:
    """Say whether a match keeps all limits. `values` are named as in `Measure`; one that is missing keeps no limit."""
    return all(measure in values and limit.accepts(values[measure]) for measure, limit in limits.items())
