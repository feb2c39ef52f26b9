"""The structure that EXIF and TIFF share: directories of tagged values (TIFF 6.0, section 2). Bytes in, bytes out.

Edits leave every byte that they do not concern where it is, because maker notes point at places in their structure.
Nothing here fails: what lies beyond the end of the bytes is not there.
"""

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

EXIF, GPS, INTEROPERABILITY, SUB = 0x8769, 0x8825, 0xA005, 0x014A
BYTE, ASCII, SHORT, LONG, UNDEFINED = 1, 2, 3, 4, 7

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_WORDS = {3: 2, 4: 4, 5: 4, 8: 2, 9: 4, 10: 4, 11: 4, 12: 8, 13: 4}
_POINTERS = (EXIF, GPS, INTEROPERABILITY, SUB)
_DATA = ((0x0201, 0x0202), (0x0111, 0x0117), (0x0144, 0x0145))
_MOST_ENTRIES, _MOST_DIRECTORIES, _MOST_PLACES = 4096, 64, 65536
_FIELD = {"<": struct.Struct("<HHI4s"), ">": struct.Struct(">HHI4s")}

Read = Callable[[int, int], bytes]
"""Gives the bytes from a place to another, fewer where they end."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A tag, the kind of its values, how many, and their bytes, or where they lie (as the 4 bytes of the field)."""

    tag: int
    kind: int
    count: int
    field: bytes

    @property
    def size(self) -> int:
        """Bytes of the values."""
        return _SIZES.get(self.kind, 0) * self.count


@dataclass(frozen=True, slots=True)
class Directory:
    """The entries at a place, and where the next directory lies (0: none). `whole` is False where it is cut off."""

    at: int
    entries: tuple[Entry, ...]
    following: int
    whole: bool = True

    def find(self, tag: int) -> Entry | None:
        """Give the entry of a tag."""
        return next((entry for entry in self.entries if entry.tag == tag), None)


@dataclass(frozen=True, slots=True)
class Structure:
    """A TIFF structure: its byte order, "<" or ">", the place of its first directory, and how its bytes are read."""

    order: str
    first: int
    read: Read

    def number(self, raw: bytes) -> int:
        """Read an unsigned number."""
        return int.from_bytes(raw, "little" if self.order == "<" else "big")

    def pack(self, number: int, size: int) -> bytes:
        """Write an unsigned number."""
        return number.to_bytes(size, "little" if self.order == "<" else "big")

    def directory(self, at: int) -> Directory | None:
        """Read the directory at a place; None where there can be none."""
        head = self.read(at, at + 2) if at >= 8 else b""
        count = self.number(head)
        if len(head) < 2 or not 0 < count <= _MOST_ENTRIES:
            return None
        body = self.read(at + 2, at + 6 + 12 * count)
        whole = len(body) >= 12 * count
        usable = body[: min(len(body) // 12, count) * 12]
        entries = tuple(Entry(*fields) for fields in _FIELD[self.order].iter_unpack(usable))
        return Directory(at, entries, self.number(body[12 * count : 12 * count + 4]), whole)

    def value(self, entry: Entry) -> bytes:
        """Give the bytes of an entry's values; fewer where they lie beyond the end."""
        if entry.size <= 4:
            return entry.field[: entry.size]
        at = self.number(entry.field)
        return self.read(at, at + entry.size)

    def numbers(self, entry: Entry | None) -> tuple[int, ...]:
        """Give an entry's whole numbers; none where it has others."""
        if entry is None or entry.kind not in (BYTE, SHORT, LONG, 13) or entry.count > _MOST_PLACES:
            return ()
        size, raw = _SIZES[entry.kind], self.value(entry)
        return tuple(self.number(raw[place : place + size]) for place in range(0, len(raw) - size + 1, size))

    def below(self, directory: Directory | None, tag: int) -> Directory | None:
        """Give the directory that an entry points at."""
        places = self.numbers(directory.find(tag)) if directory else ()
        return self.directory(places[0]) if places else None

    def directories(self) -> Iterator[Directory]:
        """Give every directory that can be reached, each once."""
        waiting, seen = [self.first], set[int]()
        while waiting and len(seen) < _MOST_DIRECTORIES:
            at = waiting.pop()
            directory = None if at in seen else self.directory(at)
            seen.add(at)
            if directory:
                yield directory
                waiting.append(directory.following)
                for tag in _POINTERS:
                    waiting.extend(self.numbers(directory.find(tag))[:_MOST_DIRECTORIES])


def structure_of(read: Read) -> Structure | None:
    """Read the head of a TIFF structure; None where it is none (BigTIFF is another)."""
    head = read(0, 8)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(head[:4])
    if order is None or len(head) < 8:
        return None
    found = Structure(order, int.from_bytes(head[4:8], "little" if order == "<" else "big"), read)
    return found if found.directory(found.first) else None


def structure_in(data: bytes | bytearray) -> Structure | None:
    """Do the same for bytes in memory."""
    return structure_of(lambda start, end: bytes(data[start:end]))


def edited(
    data: bytes, at: int, changes: Mapping[int, tuple[int, bytes] | None], *, following: int | None = None
) -> bytes:
    """Change the entries of the directory at a place: tag to kind and value, or None to remove it.

    A directory that does not grow stays where it is; one that does is moved to the end, as is every value of more than
    4 bytes. What nothing points at any more is blanked, and cut off where it was the end. Bytes without a structure
    are given back as they are.
    """
    structure = structure_in(data)
    directory = structure.directory(at) if structure else None
    if structure is None or directory is None:
        return data
    entries = {entry.tag: entry for entry in directory.entries}
    made = bytearray(data)
    for tag, change in changes.items():
        entries.pop(tag, None)
        if change is not None:
            kind, value = change
            entries[tag] = Entry(tag, kind, len(value) // _SIZES[kind], _placed(structure, made, value))
    ordered = sorted(entries.values(), key=lambda entry: entry.tag)
    body = packed(structure.order, ordered, directory.following if following is None else following)
    if len(ordered) <= len(directory.entries) and directory.whole:
        made[at : at + len(body)] = body
        # What the directory used to take is blanked below, as nothing reaches it.
    else:
        _moved(structure, made, at, body)
    return _blanked(data, made)


def packed(order: str, entries: Sequence[Entry], following: int) -> bytes:
    """Write a directory."""
    body = b"".join(_FIELD[order].pack(entry.tag, entry.kind, entry.count, entry.field) for entry in entries)
    return struct.pack(f"{order}H", len(entries)) + body + struct.pack(f"{order}I", following)


def laid(order: str, values: Mapping[int, tuple[int, bytes]], at: int, following: int = 0) -> bytes:
    """Write a directory for a place, and its values behind it; `values` maps a tag to its kind and bytes."""
    end = at + 6 + 12 * len(values)
    entries, behind = [], b""
    for tag, (kind, value) in sorted(values.items()):
        field = value.ljust(4, b"\0")
        if len(value) > 4:
            field = struct.pack(f"{order}I", end + len(behind))
            behind += value + b"\0" * (len(value) % 2)
        entries.append(Entry(tag, kind, len(value) // _SIZES[kind], field))
    return packed(order, entries, following) + behind


def reordered(kind: int, value: bytes, one: str, other: str) -> bytes:
    """Turn values from one byte order into another."""
    word = _WORDS.get(kind)
    if one == other or word is None:
        return value
    return b"".join(value[place : place + word][::-1] for place in range(0, len(value), word))


def known_kind(kind: int) -> bool:
    """Whether the size of a kind's values is known (TIFF 6.0, and 13, a directory's place)."""
    return kind in _SIZES


def _placed(structure: Structure, made: bytearray, value: bytes) -> bytes:
    if len(value) <= 4:
        return value.ljust(4, b"\0")
    made.extend(b"\0" * (len(made) % 2))
    at = len(made)
    made.extend(value)
    return structure.pack(at, 4)


def _moved(structure: Structure, made: bytearray, at: int, body: bytes) -> None:
    """Put a directory at the end, and point there what pointed at its old place."""
    made.extend(b"\0" * (len(made) % 2))
    old, new = structure.pack(at, 4), structure.pack(len(made), 4)
    if structure.first == at:
        made[4:8] = new
    for directory in structure.directories():
        pointers = [replace(each, field=new) if _points(each, old) else each for each in directory.entries]
        if pointers != list(directory.entries) and directory.whole:
            made[directory.at : directory.at + 2 + 12 * len(pointers)] = packed(structure.order, pointers, 0)[:-4]
    made.extend(body)


def _points(entry: Entry, place: bytes) -> bool:
    return entry.tag in _POINTERS and entry.count == 1 and entry.field == place


def _blanked(before: bytes, made: bytearray) -> bytes:
    blank, kept = bytearray(made), _reached(made)
    for start, end in _reached(before):
        blank[start:end] = bytes(end - start)
    for start, end in kept:
        blank[start:end] = made[start:end]
    last = kept[-1][1] if kept else 0
    return bytes(blank[:last] if not any(blank[last:]) else blank)


def _reached(data: bytes | bytearray) -> list[tuple[int, int]]:
    """Give the stretches of bytes that belong to a structure, merged and in order."""
    structure = structure_in(data)
    found = [(0, 8)]
    for directory in structure.directories() if structure else ():
        found.append((directory.at, directory.at + 6 + 12 * len(directory.entries)))
        found.extend(_stretches(structure, directory) if structure else ())
    whole = sorted((start, min(end, len(data))) for start, end in found if start < len(data))
    merged = [whole[0]] if whole else []
    for start, end in whole[1:]:
        if start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _stretches(structure: Structure, directory: Directory) -> Iterator[tuple[int, int]]:
    for entry in directory.entries:
        if entry.size > 4:
            at = structure.number(entry.field)
            yield at, at + entry.size
    for places, lengths in _DATA:
        pairs = zip(structure.numbers(directory.find(places)), structure.numbers(directory.find(lengths)), strict=False)
        yield from ((place, place + length) for place, length in pairs)
