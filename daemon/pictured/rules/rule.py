"""The `rules` section: what is done to new pictures."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from pictured.actions import Action
from pictured.flow import Role
from pictured.quantities import ByteCount, Seconds
from pictured.templates import Takes, parse

PLACEHOLDERS = {
    "stem": Takes.NOTHING,
    "ext": Takes.NOTHING,
    "rule": Takes.NOTHING,
    "digest": Takes.LENGTH,
    "width": Takes.NOTHING,
    "height": Takes.NOTHING,
    "date": Takes.DATE,
    "exif.*": Takes.NOTHING,
}
"""What may stand in the template of a rule's output."""

_RANGES = ("width", "height", "long_edge", "short_edge", "megapixels", "bytes", "aspect", "age")

Edge = Annotated[int, Field(ge=1)]
Area = Annotated[float, Field(gt=0)]
Ratio = Annotated[float, Field(gt=0)]


def _template(text: str) -> str:
    template = parse(text, PLACEHOLDERS)
    if not template or any(isinstance(part, str) and "/" in part for part in template):
        raise ValueError(f"expected a file name without a slash such as '{{stem}}-web{{ext}}', not {text!r}")
    if isinstance(template[0], str) and template[0].startswith("."):
        raise ValueError(f"a name that begins with a dot would be hidden: {text!r}")
    return text


class ExifTest(BaseModel):
    """A test of one EXIF field. All that is given must hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    present: bool | None = Field(default=None, description="Whether the field must be there (`true`) or not (`false`).")
    equals: str | None = Field(default=None, description="The field's text, upper and lower case alike.")
    matches: str | None = Field(default=None, description="A glob for the field's text, such as `Canon*`.")

    @model_validator(mode="after")
    def _tests_something(self) -> Self:
        if self.present is None and self.equals is None and self.matches is None:
            raise ValueError("give present, equals or matches")
        if self.present is False and (self.equals is not None or self.matches is not None):
            raise ValueError("a field that must not be there has no text to compare")
        return self


class When(BaseModel):
    """The conditions of a rule. All that are given must hold; without any, the rule takes every picture."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    paths: tuple[str, ...] = Field(
        default=(), description="Globs, one of which must match the path below the watched folder, such as `*/raw/*`."
    )
    role: tuple[Literal[Role.LIBRARY, Role.QUERY], ...] = Field(
        default=(), description="Roles of the watched folder; none listed means any."
    )
    format: tuple[Literal["jpeg", "png", "webp", "avif", "heif", "gif", "tiff", "bmp"], ...] = Field(
        default=(), description="Formats by content, not by suffix; none listed means any."
    )
    min_width: Edge | None = Field(default=None, description="Least width, in pixels.")
    max_width: Edge | None = Field(default=None, description="Greatest width, in pixels.")
    min_height: Edge | None = Field(default=None, description="Least height, in pixels.")
    max_height: Edge | None = Field(default=None, description="Greatest height, in pixels.")
    min_long_edge: Edge | None = Field(default=None, description="Least length of the longer edge, in pixels.")
    max_long_edge: Edge | None = Field(default=None, description="Greatest length of the longer edge, in pixels.")
    min_short_edge: Edge | None = Field(default=None, description="Least length of the shorter edge, in pixels.")
    max_short_edge: Edge | None = Field(default=None, description="Greatest length of the shorter edge, in pixels.")
    min_megapixels: Area | None = Field(default=None, description="Least area, in millions of pixels.")
    max_megapixels: Area | None = Field(default=None, description="Greatest area, in millions of pixels.")
    min_bytes: ByteCount | None = Field(default=None, description="Least size of the file.")
    max_bytes: ByteCount | None = Field(default=None, description="Greatest size of the file.")
    min_aspect: Ratio | None = Field(default=None, description="Least width divided by height.")
    max_aspect: Ratio | None = Field(default=None, description="Greatest width divided by height.")
    orientation: tuple[Literal["landscape", "portrait", "square"], ...] = Field(
        default=(), description="How the upright picture stands; none listed means any."
    )
    has_alpha: bool | None = Field(default=None, description="Whether it has transparency.")
    is_animated: bool | None = Field(default=None, description="Whether it has more than one frame.")
    colour_mode: tuple[Literal["bilevel", "grey", "palette", "rgb", "cmyk", "lab"], ...] = Field(
        default=(), description="How colours are stored; none listed means any."
    )
    exif: dict[str, ExifTest] = Field(
        default_factory=dict, description="Tests of EXIF fields by name, such as `artist: {present: true}`."
    )
    min_age: Seconds | None = Field(default=None, description="Least time since the file last changed.")
    max_age: Seconds | None = Field(default=None, description="Greatest time since the file last changed.")
    is_copy: bool | None = Field(
        default=None,
        description="Whether it is a copy of a picture that is already known; `false` takes new ones only.",
    )

    @model_validator(mode="after")
    def _ranges_hold_something(self) -> Self:
        for name in _RANGES:
            least, most = getattr(self, f"min_{name}"), getattr(self, f"max_{name}")
            if least is not None and most is not None and least > most:
                raise ValueError(f"min_{name} is greater than max_{name}, so no picture could pass")
        return self


class Output(BaseModel):
    """Where a rule's result goes: into a folder of its own, or in place of the original."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    into: Path | None = Field(
        default=None,
        description="The folder for results. It may not lie inside a folder that the rule watches, nor hold one.",
    )
    in_place: bool = Field(
        default=False, description="Put the result in place of the original, which is kept in `backup`."
    )
    backup: Path | None = Field(default=None, description="With `in_place`: the folder that keeps the originals.")
    layout: Literal["flat", "tree"] = Field(
        default="flat",
        description="`flat` puts all files side by side, `tree` repeats the folders of the source.",
    )
    name: Annotated[str, AfterValidator(_template)] = Field(
        default="{stem}{ext}",
        description="Template of the file name. Placeholders: `{stem}`, `{ext}` (of the result's format), `{rule}`, "
        "`{digest:8}`, `{width}`, `{height}`, `{date:%Y-%m-%d}` and EXIF fields such as `{exif.artist}`.",
    )
    on_conflict: Literal["skip", "rename", "keep_better", "replace_own"] = Field(
        default="replace_own",
        description="When the name is taken: `skip`, `rename` (adds a number), `keep_better`, or `replace_own`, which "
        "replaces a file that pictured wrote and nobody changed since, and renames otherwise.",
    )
    metadata: Literal["keep", "strip", "strip_gps"] = Field(
        default="keep", description="`keep` everything, `strip` everything, or remove only the place (`strip_gps`)."
    )
    never_larger: bool = Field(default=True, description="Write no result that has more bytes than its source.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.into is None) == (not self.in_place):
            raise ValueError("give either into or `in_place: true`")
        if self.in_place and self.backup is None:
            raise ValueError("`in_place: true` needs backup, the folder that keeps the originals")
        if not self.in_place and self.backup is not None:
            raise ValueError("backup goes with `in_place: true` only; originals are not touched otherwise")
        return self


class Rule(BaseModel):
    """One entry of `rules`. Several rules may fire on one file, in the order in which they are written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(
        min_length=1,
        max_length=100,
        pattern=r"^[^/\x00-\x1f\x7f]+$",
        description="Name of the rule, used in logs and as `{rule}`. Each name may be used once.",
    )
    enabled: bool = Field(default=True, description="`false` rests the rule without losing it.")
    folders: tuple[Path, ...] = Field(
        min_length=1,
        description="Folders whose new pictures the rule takes: watched folders, or folders inside them.",
    )
    when: When = Field(default_factory=When, description="Conditions that a picture must meet, all of them.")
    actions: tuple[Action, ...] = Field(min_length=1, description="What is done, in this order.")
    output: Output = Field(description="Where the result goes, and under which name.")
    mode: Literal["shadow", "review", "auto"] = Field(
        default="shadow",
        description="`shadow` only logs and reports what would be done and writes nothing; `review` lets each picture "
        "wait until you approved it (`pictured review`); `auto` does it.",
    )
