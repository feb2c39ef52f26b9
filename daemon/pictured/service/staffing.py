"""The worker processes that the configured limits allow."""

import os
import sys
from typing import Literal

from pictured.config.limits import Limits
from pictured.imaging.limits import DecodingLimits
from pictured.matching.settings import MatchingSettings
from pictured.service.worker_process import WorkerLimits
from pictured.service.workers import Workers


def worker_limits(limits: Limits) -> WorkerLimits:
    """What a worker may use."""
    decoding = DecodingLimits(pixels=int(limits.megapixels * 1_000_000), memory=limits.memory)
    return WorkerLimits(limits.time, limits.memory, decoding, limits.files_per_worker, idle=limits.priority == "idle")


def rendering_limits(limits: Limits) -> WorkerLimits:
    """What the process may use that carries out rules."""
    decoding = DecodingLimits(pixels=int(limits.megapixels * 1_000_000), memory=limits.rendering_memory)
    idle = limits.priority == "idle"
    return WorkerLimits(limits.rendering_time, limits.rendering_memory, decoding, limits.files_per_worker, idle=idle)


def workers_of(limits: Limits, matching: MatchingSettings) -> Workers:
    """The worker processes that the limits allow, keeping of each picture what finding copies asks for."""
    count = limits.workers or os.cpu_count() or 1
    context: Literal["forkserver", "spawn"] = "spawn" if sys.platform == "darwin" else "forkserver"
    reading, rendering = worker_limits(limits), rendering_limits(limits)
    return Workers(count, reading, context, depth=matching.depth, marr=matching.marr, rendering=rendering)
