"""Companions of a step as one JSON text in its row: they are only ever read together with it."""

import base64
import json
from collections.abc import Sequence

from pictured.flow import Collect, Form, Placed, Stamp
from pictured.store import rows
from pictured.store.keys import Keys


def written(companions: Sequence[Collect], keys: Keys) -> str:
    """Give the text for the companions of a step; what is bytes is written in base64."""
    return json.dumps([_told(each, keys) for each in companions], ensure_ascii=True, separators=(",", ":"))


def read(text: str, step: Collect, keys: Keys) -> tuple[Collect, ...]:
    """Give the companions of a step back; what they replace is found by its name among what the step replaces."""
    owned = {} if step.replaces is None else _by_target(step.replaces)
    companions = []
    for each in json.loads(text):
        target = keys.path(_bytes(each["target"]))
        companions.append(
            Collect(
                entry=step.entry,
                query=None,
                source=keys.path(_bytes(each["source"])),
                stamp=Stamp(*each["stamp"]),
                digest=_bytes(each["digest"]),
                target=target,
                form=Form(each["form"]),
                reason=each["reason"],
                replaces=owned.get(target),
                content=None if each["content"] is None else _bytes(each["content"]),
            )
        )
    return tuple(companions)


def _told(companion: Collect, keys: Keys) -> dict[str, object]:
    stamp = companion.stamp
    return {
        "source": _text(keys.of(companion.source)),
        "target": _text(keys.of(companion.target)),
        "stamp": [stamp.size, stamp.mtime_ns, stamp.inode, stamp.device, stamp.changed_ns],
        "digest": _text(companion.digest),
        "form": companion.form.value,
        "reason": rows.text(companion.reason),
        "content": None if companion.content is None else _text(companion.content),
    }


def _by_target(placed: Placed) -> dict[object, Placed]:
    return {each.target: each for each in (placed, *placed.companions)}


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _bytes(value: str) -> bytes:
    return base64.b64decode(value)


def rekeyed(text: str, before: Keys, after: Keys) -> str:
    """Give the text of companions with the keys of another index."""
    told = json.loads(text)
    for each in told:
        for name in ("source", "target"):
            each[name] = _text(after.of(before.path(_bytes(each[name]))))
    return json.dumps(told, ensure_ascii=True, separators=(",", ":"))
