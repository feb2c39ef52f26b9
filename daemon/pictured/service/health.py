"""Whether the daemon is well. Pure; what was looked at comes in.

That the loop turns is shown by asking at all. A fault of the folders or of the disk is no illness: starting again would
not mend it.
"""

from dataclasses import dataclass

from pictured.config.limits import Limits

_DEAF_SECONDS = 90.0
_STEPS = 4
_GRACE = 1800.0


@dataclass(frozen=True, slots=True)
class Vitals:
    """What was looked at. Times are seconds of one clock that never goes back.

    now        of the look
    deaf       since when a thread that reports changes is dead; None while all live
    advanced   when a file last left the line, or when the line last got one after it was empty; None while it is empty
    """

    now: float
    deaf: float | None = None
    advanced: float | None = None


def ailment(vitals: Vitals, longest: float) -> str | None:
    """Say what only a new start can mend; None where the daemon is well. `longest` is what `longest_turn` gives.

    A thread that died is started again by the next look at the folders, so it counts only after three of them.
    """
    if vitals.deaf is not None and vitals.now - vitals.deaf > _DEAF_SECONDS:
        return "the threads that report changes died and could not be started again"
    if vitals.advanced is not None and vitals.now - vitals.advanced > longest:
        return f"no file went on for {vitals.now - vitals.advanced:.0f} s, although the limits allow {longest:.0f} s"
    return None


def longest_turn(limits: Limits, rules: int) -> float:
    """Give the seconds after which some file must have left the line, with so many rules.

    A file is read, probed and compared within `limits.time` each, and each rule has its own time; half an hour more is
    for what has no limit, such as a copy to a slow drive.
    """
    return _STEPS * limits.time + rules * limits.rendering_time + _GRACE
