"""From a document to a configuration, with every fault on the way gathered."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from pictured.config.attachments import absent
from pictured.config.document import Fault, InvalidConfigError, Node, Position, Scalar, located
from pictured.config.expanding import Surroundings
from pictured.config.explaining import explained
from pictured.config.model import Config
from pictured.config.placement import misplaced
from pictured.config.values import values_of


def checked(root: Node, faults: Sequence[Fault], file: Path, surroundings: Surroundings) -> Config:
    """Check a document; `faults` were found while it was read, and `file` is only named in messages.

    Raises:
        InvalidConfigError: there are faults; all of them are told at once, those of places once the values are right.
    """
    if isinstance(root, Scalar) and root.value is None and not faults:
        message = "the file is empty; `pictured init FILE` writes a commented one to begin with"
        raise InvalidConfigError(file, [Fault(Position(1, 1), (), message)])
    values, found = values_of(root, (Config,), surroundings)
    gathered = [*faults, *found]
    try:
        config = Config.model_validate(values)
    except ValidationError as error:
        told = {fault.key for fault in gathered}
        gathered += explained(error.errors(include_url=False), root, told)
        raise InvalidConfigError(file, gathered) from None
    for key, reason in (*misplaced(config), *absent(config)):
        position, _ = located(root, key)
        gathered.append(Fault(position, key, reason))
    if gathered:
        raise InvalidConfigError(file, gathered)
    return config
