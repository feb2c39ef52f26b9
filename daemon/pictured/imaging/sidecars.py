"""XMP sidecars (ISO 16684-1): read within limits and without entities, and added to without touching what is there.

A packet is not written anew: what is added is put between its bytes, so that everything else stays as its program
wrote it, down to the blanks. The parser only tells where.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from pictured.errors import Refused
from pictured.imaging.rendering.records import DC, PHOTOSHOP

RDF, XMP, EXIF = (
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://ns.adobe.com/xap/1.0/",
    "http://ns.adobe.com/exif/1.0/",
)

LONGEST = 16 << 20
"""Bytes of the longest sidecar that is read; those of raw converters with all their masks have a few millions."""

_DEEPEST, _MOST = 64, 200_000
_PREFIXES = {XMP: "xmp", DC: "dc", EXIF: "exif", PHOTOSHOP: "photoshop"}
_EMPTY = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
    f' <rdf:RDF xmlns:rdf="{RDF}">\n </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end="w"?>\n'
).encode()
_UNRATED = re.compile(rb"""(\bxmp:Rating\s*=\s*["']|<xmp:Rating\s*>)\s*0\s*(["']|</xmp:Rating\s*>)""")

Name = tuple[str, str]
"""Namespace and local name of a property."""


@dataclass(frozen=True, slots=True)
class Said:
    """The properties of a packet: the text of a plain one, the items of a list. `about` is what they are about."""

    values: Mapping[Name, tuple[str, ...]] = field(default_factory=dict)
    about: str = ""
    end: int | None = None
    bag: int | None = None

    def text(self, space: str, name: str) -> str | None:
        """Give a plain property, or the first item of a list; None where it is not there or blank."""
        return next((value.strip() for value in self.items(space, name) if value.strip()), None)

    def items(self, space: str, name: str) -> tuple[str, ...]:
        """Give the items of a list."""
        return self.values.get((space, name), ())


@dataclass(frozen=True, slots=True)
class Additions:
    """What is to be put into a packet: plain properties, those with a text in the default language, and keywords."""

    plain: Mapping[Name, str] = field(default_factory=dict)
    title: str | None = None
    keywords: Sequence[str] = ()


def said_by(packet: bytes) -> Said:
    """Read a packet.

    Raises Refused where it is too long or too deep, has a document type (whose entities could be hostile), or is no
    XMP. The text is a predicate: whoever knows the name of the file puts it in front.
    """
    if len(packet) > LONGEST:
        raise Refused(f"has more than {LONGEST >> 20} MiB, which no sidecar has; it is not read.")
    reader = _Reader(packet)
    try:
        reader.parser.Parse(packet, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Refused(f"is no XMP that can be read ({error}); it is not taken apart.") from error
    if not reader.is_xmp:
        raise Refused("is no XMP that can be read (it has no rdf:RDF); it is not taken apart.")
    return Said({name: tuple(values) for name, values in reader.values.items()}, reader.about, reader.end, reader.bag)


def added_to(packet: bytes | None, additions: Additions) -> bytes:
    """Put something into a packet, or into a new one; all that is there stays byte for byte, but a rating of 0.

    A property that is there already, be it blank, stays as it is; keywords are added to those that are there.

    Raises Refused as `said_by` does, and where the packet cannot be added to.
    """
    packet = _EMPTY if packet is None else packet
    said = said_by(packet)
    if said.end is None or not _is_utf8(packet):
        raise Refused("is written in a way that nothing can be added to; it stays as it is.")
    rated, pieces = (XMP, "Rating"), list[tuple[int, bytes]]()
    # A property that is there, be it blank, cannot be there twice.
    plain = {name: value for name, value in additions.plain.items() if name == rated or name not in said.values}
    title = None if (DC, "title") in said.values else additions.title
    if rated in said.values and rated in plain:
        # An unrated picture has a rating of 0, which cannot stand beside another one.
        rating = plain.pop(rated).encode()
        spots = list(_UNRATED.finditer(packet))
        if len(spots) != 1:
            raise Refused("has a rating that cannot be replaced; it stays as it is.")
        start, stop = spots[0].end(1), spots[0].start(2)
        packet = packet[:start] + rating + packet[stop:]
        said = said_by(packet)
    body = [
        f"<{_PREFIXES[space]}:{name}>{_text(value)}</{_PREFIXES[space]}:{name}>"
        for (space, name), value in plain.items()
    ]
    if title is not None:
        item = f'<rdf:li xml:lang="x-default">{_text(title)}</rdf:li>'
        body.append(f"<dc:title><rdf:Alt>{item}</rdf:Alt></dc:title>")
    items = "".join(f'<rdf:li xmlns:rdf="{RDF}">{_text(word)}</rdf:li>' for word in additions.keywords)
    if items and (DC, "subject") not in said.values:
        body.append(f"<dc:subject><rdf:Bag>{items}</rdf:Bag></dc:subject>")
    elif items and said.bag is not None:
        pieces.append((said.bag, items.encode()))
    elif items:
        raise Refused("has keywords in a form that cannot be added to; it stays as it is.")
    if body and said.end is not None:
        spaces = "".join(f' xmlns:{prefix}="{space}"' for space, prefix in _PREFIXES.items())
        about = f' xmlns:rdf="{RDF}" rdf:about={quoteattr(said.about)}{spaces}'
        lines = "\n   ".join(body)
        pieces.append((said.end, f" <rdf:Description{about}>\n   {lines}\n  </rdf:Description>\n ".encode()))
    for at, piece in sorted(pieces, reverse=True):
        packet = packet[:at] + piece + packet[at:]
    said_by(packet)
    return packet


class _Reader:
    """Collects properties, and the places where something can be added."""

    def __init__(self, packet: bytes) -> None:
        self.values: dict[Name, list[str]] = {}
        self.about = ""
        self.end: int | None = None
        self.bag: int | None = None
        self.is_xmp = False
        self._packet = packet
        self._path: list[Name] = []
        self._text = ""
        self._count = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._begun
        self.parser.EndElementHandler = self._ended
        self.parser.CharacterDataHandler = self._told
        self.parser.StartDoctypeDeclHandler = self.parser.EntityDeclHandler = _refuse

    def _begun(self, tag: str, attributes: dict[str, str]) -> None:
        self._count += 1
        self._path.append(_name(tag))
        if len(self._path) > _DEEPEST or self._count > _MOST:
            raise Refused("is nested deeper or has more parts than any sidecar; it is not read.")
        self._text = ""
        self.is_xmp = self.is_xmp or self._path[-1] == (RDF, "RDF")
        if self._path[-2:] == [(RDF, "RDF"), (RDF, "Description")]:
            for name, value in attributes.items():
                space, local = _name(name)
                if (space, local) == (RDF, "about"):
                    self.about = self.about or value
                elif space:
                    self.values.setdefault((space, local), []).append(value)

    def _told(self, text: str) -> None:
        self._text += text

    def _ended(self, _: str) -> None:
        name, at = self._path.pop(), self.parser.CurrentByteIndex
        inside = next((place for place, each in enumerate(self._path) if each == (RDF, "RDF")), None)
        owner = self._path[inside + 2] if inside is not None and len(self._path) > inside + 2 else None
        if name == (RDF, "RDF") and self._closes(at, "RDF"):
            self.end = at
        elif name == (RDF, "Bag") and owner == (DC, "subject") and self._closes(at, "Bag"):
            self.bag = at
        elif name == (RDF, "li") and owner is not None and len(self._path) == (inside or 0) + 4:
            self.values.setdefault(owner, []).append(self._text)
        elif self._path[-2:] == [(RDF, "RDF"), (RDF, "Description")]:
            self.values.setdefault(name, []).extend([self._text] if self._text.strip() else [])
        self._text = ""

    def _closes(self, at: int, local: str) -> bool:
        """Whether a closing tag stands there; what is closed by its own opening tag has no inside."""
        return re.compile(rb"</(?:[^\s:>/]+:)?%b\s*>" % local.encode()).match(self._packet, at) is not None


def _refuse(*_: object) -> None:
    raise Refused("has a document type, which no sidecar has and which could be hostile; it is not read.")


def _name(tag: str) -> Name:
    space, _, local = tag.rpartition(" ")
    return space, local


def _is_utf8(packet: bytes) -> bool:
    try:
        packet.decode("utf-8")
    except UnicodeDecodeError:
        return False
    declared = re.match(rb"""(?:\xef\xbb\xbf)?\s*<\?xml[^>]*encoding\s*=\s*["']([^"']+)""", packet)
    return declared is None or declared[1].lower() in (b"utf-8", b"us-ascii", b"ascii")


def _text(value: str) -> str:
    """Escape a text, without what XML 1.0 cannot hold."""
    return escape(
        "".join(letter for letter in value if letter in "\t\n" or (letter >= " " and letter not in "\ufffe\uffff"))
    )
