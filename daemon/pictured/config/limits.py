"""The `limits` section."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from pictured.quantities import ByteCount, Seconds


class Limits(BaseModel):
    """What pictured may use. A file that breaks a limit fails by itself; everything else goes on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    workers: int | None = Field(
        default=None,
        ge=1,
        le=256,
        examples=[2],
        description="Processes that read pictures; one per processor core by default.",
    )
    priority: Literal["idle", "normal"] = Field(
        default="idle",
        description="How reading and rendering give way to other programs: `idle` reads a disk only while nobody else "
        "does (Linux), and takes what is left of the processors; `normal` does neither.",
    )
    time: Seconds = Field(
        default=60.0,
        ge=1,
        description="Time for one file; then its worker is stopped. A file that kills, hangs or exhausts its worker "
        "is tried again after 5 and after 10 seconds, and after the third time is left alone until it changes or "
        "`pictured retry` asks for it (`pictured status --quarantine` lists such files).",
    )
    memory: ByteCount = Field(default=512_000_000, ge=64_000_000, description="Memory for one file in one worker.")
    megapixels: float = Field(
        default=500.0,
        gt=0,
        description="Greatest picture that is read, in millions of pixels as its header declares them.",
    )
    rendering_time: Seconds = Field(
        default=600.0, ge=1, description="Time for all that one rule does to one picture; then it is given up."
    )
    rendering_memory: ByteCount = Field(
        default=1_000_000_000,
        ge=128_000_000,
        description="Memory for one picture that a rule works on, one at a time. What would need more is refused "
        "before it is begun.",
    )
    files_per_worker: int = Field(
        default=500, ge=1, description="Files after which a worker is replaced by a fresh one."
    )
    queue: int = Field(
        default=10_000,
        ge=100,
        description="Changes that may wait to be looked at; beyond that, a scan of the folders makes up for them.",
    )
    retry: Seconds = Field(
        default=3600.0,
        ge=1,
        description="Longest wait before a file that could not be read is tried again; the first waits are shorter.",
    )
    forget: Seconds = Field(
        default=30 * 86400.0,
        description="How long files that are gone are remembered, so that they are known again when they come back; "
        "`pictured prune` forgets them at once. Files of a folder that is offline are never forgotten. Proposals that "
        "were carried out or dropped are forgotten after the same time.",
    )
