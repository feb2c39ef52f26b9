"""The `logging` section."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from pictured.config.addresses import LoopbackAddress
from pictured.quantities import ByteCount


class Logging(BaseModel):
    """What is logged, and where to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="The least important events that are logged."
    )
    file: Path | None = Field(
        default=None,
        examples=["~/pictured.log"],
        description="A file that gets the log as JSON lines, besides the standard error output; none by default.",
    )
    metrics: Path | None = Field(
        default=None,
        examples=["/var/lib/node_exporter/pictured.prom"],
        description="A file that gets counts and times for Prometheus (its text format) every half minute; none by "
        "default. Its folder must be there.",
    )
    metrics_listen: LoopbackAddress | None = Field(
        default=None,
        examples=["127.0.0.1:9464"],
        description="Where the same is served to Prometheus, as `http://127.0.0.1:9464/metrics`; nowhere by default. "
        "Only addresses of this machine are taken. The hardened system unit allows no network: enable "
        "`pictured-metrics.socket` beside it, which hands it the open address.",
    )
    max_bytes: ByteCount = Field(
        default=10_000_000, ge=10_000, description="Size at which the file is set aside and a new one begun."
    )
    keep: int = Field(default=3, ge=1, le=100, description="How many files set aside are kept.")
