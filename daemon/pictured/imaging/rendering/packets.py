"""XMP packets (ISO 16684-1): read without trust, changed in single properties, written with their own prefixes."""

import base64
import hashlib
import struct
from collections.abc import Iterator, Sequence
from xml.dom import minidom
from xml.parsers import expat

from pictured.imaging.rendering.records import DC, PHOTOSHOP, Shape, properties

RDF, META = "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "adobe:ns:meta/"
XMP, RIGHTS = "http://ns.adobe.com/xap/1.0/", "http://ns.adobe.com/xap/1.0/rights/"
EXIF, TIFF, NOTE = "http://ns.adobe.com/exif/1.0/", "http://ns.adobe.com/tiff/1.0/", "http://ns.adobe.com/xmp/note/"
OURS = "urn:pictured:1.0:"
"""Namespace of what the action `embed` puts into XMP."""

_PREFIXES = {
    RDF: "rdf",
    DC: "dc",
    PHOTOSHOP: "photoshop",
    XMP: "xmp",
    RIGHTS: "xmpRights",
    EXIF: "exif",
    NOTE: "xmpNote",
    OURS: "pictured",
    "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/": "Iptc4xmpCore",
}
_LIST = {"alt": "rdf:Alt", "seq": "rdf:Seq", "bag": "rdf:Bag"}
_DEEPEST, _LONGEST, _MOST_ELEMENTS = 64, 32 << 20, 200_000
_BEGIN = b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>'
_END = b'<?xpacket end="w"?>'
_EMPTY = f'<x:xmpmeta xmlns:x="{META}"><rdf:RDF xmlns:rdf="{RDF}"><rdf:Description rdf:about=""/></rdf:RDF></x:xmpmeta>'


class _Hostile(Exception):
    """A document type, or nesting or sizes that no packet has."""


class Packet:
    """An XMP packet that can be changed. `packet_of` makes one."""

    def __init__(self, document: minidom.Document, rdf: minidom.Element) -> None:
        self._document = document
        self._rdf = rdf

    def __bytes__(self) -> bytes:
        root = "".join(node.toxml() for node in self._document.childNodes if node.nodeType == minidom.Node.ELEMENT_NODE)
        return _BEGIN + root.encode("utf-8", "replace") + _END

    def has(self, space: str, name: str) -> bool:
        """Whether the property is there."""
        return any(True for _ in self._found(space, name))

    def text(self, space: str, name: str) -> str | None:
        """Give a plain property, or the first item of a list."""
        for node in self._found(space, name):
            return _text(node).strip()
        return None

    def write(self, space: str, name: str, shape: Shape, values: Sequence[str]) -> None:
        """Put a property in place of the one that may be there."""
        self.remove(space, name)
        element = self._document.createElementNS(space, f"{_PREFIXES[space]}:{name}")
        element.setAttribute(f"xmlns:{_PREFIXES[space]}", space)
        holder = element
        if shape != "text":
            element.setAttribute("xmlns:rdf", RDF)
            holder = element.appendChild(self._document.createElementNS(RDF, _LIST[shape]))
        for value in values:
            item = holder if shape == "text" else holder.appendChild(self._document.createElementNS(RDF, "rdf:li"))
            if shape == "alt":
                item.setAttribute("xml:lang", "x-default")
            item.appendChild(self._document.createTextNode(_sound(value)))
        self._description().appendChild(element)

    def remove(self, space: str, prefix: str, *, whole: bool = True) -> None:
        """Remove the properties of this name, or of every name that begins so, wherever they stand."""
        for element in list(_elements(self._rdf)):
            for attribute in list((element.attributes or {}).values()):
                if attribute.namespaceURI == space and _named(attribute.localName, prefix, whole=whole):
                    element.removeAttributeNode(attribute)
            if element.namespaceURI == space and _named(element.localName, prefix, whole=whole) and element.parentNode:
                element.parentNode.removeChild(element)

    def set_present(self, space: str, name: str, value: str) -> None:
        """Give a plain property another value where it is there."""
        if self.has(space, name) and self.text(space, name) != value:
            for node in self._found(space, name):
                if isinstance(node, minidom.Attr):
                    node.value = value
                else:
                    for child in list(node.childNodes):
                        node.removeChild(child)
                    node.appendChild(self._document.createTextNode(value))

    def take_in(self, other: "Packet") -> None:
        """Take in all properties of another packet."""
        for description in list(other._rdf.childNodes):  # noqa: SLF001  the same class
            self._rdf.appendChild(self._document.importNode(description, deep=True))

    def largest_out(self) -> minidom.Element | None:
        """Take the longest property out, with the namespaces that it needs; None where there is none."""
        found = [
            child
            for each in self._descriptions()
            for child in each.childNodes
            if isinstance(child, minidom.Element) and child.namespaceURI != NOTE
        ]
        if not found:
            return None
        largest = max(found, key=lambda element: len(element.toxml()))
        scope: minidom.Node | None = largest.parentNode
        while isinstance(scope, minidom.Element):
            for name, value in scope.attributes.items():
                if name.startswith("xmlns") and not largest.hasAttribute(name):
                    largest.setAttribute(name, value)
            scope = scope.parentNode
        if largest.parentNode is not None:
            largest.parentNode.removeChild(largest)
        return largest

    def put(self, element: minidom.Element) -> None:
        """Put in a property that was taken out of another packet."""
        self._description().appendChild(self._document.importNode(element, deep=True))

    def _descriptions(self) -> list[minidom.Element]:
        return [
            node
            for node in self._rdf.childNodes
            if isinstance(node, minidom.Element) and (node.namespaceURI, node.localName) == (RDF, "Description")
        ]

    def _description(self) -> minidom.Element:
        found = self._descriptions()
        if found:
            return found[0]
        made = self._document.createElementNS(RDF, "rdf:Description")
        made.setAttribute("xmlns:rdf", RDF)
        made.setAttribute("rdf:about", "")
        return self._rdf.appendChild(made)

    def _found(self, space: str, name: str) -> Iterator[minidom.Element | minidom.Attr]:
        for description in self._descriptions():
            attribute = description.getAttributeNodeNS(space, name)
            if attribute is not None:
                yield attribute
            for child in description.childNodes:
                if isinstance(child, minidom.Element) and (child.namespaceURI, child.localName) == (space, name):
                    yield child


def packet_of(xmp: bytes) -> Packet | None:
    """Read a packet; None where it is no XMP, or has a document type, whose entities could be hostile."""
    try:
        _examine(xmp)
        document = minidom.parseString(xmp.strip(b"\0 \t\r\n"))  # noqa: S318  examined above
    except (_Hostile, expat.ExpatError, ValueError, LookupError, RecursionError):
        return None
    rdf = document.getElementsByTagNameNS(RDF, "RDF")
    return Packet(document, rdf[0]) if rdf else None


def new_packet() -> Packet:
    """Begin a packet without properties."""
    document = minidom.parseString(_EMPTY)  # noqa: S318  our own
    return Packet(document, document.getElementsByTagNameNS(RDF, "RDF")[0])


def upright_xmp(xmp: bytes, width: int, height: int) -> bytes:
    """Say in XMP what `exif.upright_exif` says in EXIF."""
    packet = packet_of(xmp) if any(name in xmp for name in (b"Orientation", b"PixelXDimension", b"Image")) else None
    if packet is None:
        return xmp
    packet.set_present(TIFF, "Orientation", "1")
    for space, names in ((EXIF, ("PixelXDimension", "PixelYDimension")), (TIFF, ("ImageWidth", "ImageLength"))):
        packet.set_present(space, names[0], str(width))
        packet.set_present(space, names[1], str(height))
    packet.remove(XMP, "Thumbnails")
    return bytes(packet)


def with_iptc(xmp: bytes | None, iptc: bytes) -> bytes | None:
    """Add what IPTC records say and XMP does not yet."""
    packet = (packet_of(xmp) if xmp else None) or (None if xmp else new_packet())
    if packet is None:
        return xmp
    told = False
    for space, name, shape, values in properties(iptc):
        if not packet.has(space, name):
            packet.write(space, name, shape, values)
            told = True
    return bytes(packet) if told else xmp


def with_payload(xmp: bytes | None, payload: bytes) -> bytes:
    """Put the payload into a packet, in base64."""
    packet = (packet_of(xmp) if xmp else None) or new_packet()
    packet.write(OURS, "payload", "text", (base64.b64encode(payload).decode(),))
    return bytes(packet)


def without_payload(xmp: bytes) -> tuple[bytes, bytes | None]:
    """Take the payload out of a packet; None where it has none."""
    packet = packet_of(xmp) if OURS.encode() in xmp else None
    text = packet.text(OURS, "payload") if packet else None
    if packet is None or text is None:
        return xmp, None
    packet.remove(OURS, "payload")
    try:
        return bytes(packet), base64.b64decode(text, validate=True)
    except ValueError:
        return bytes(packet), None


def joined(xmp: bytes, extended: bytes) -> bytes:
    """Make one packet of a JPEG's main packet and its extension (XMP Specification 3, 1.1.3.1)."""
    main, other = packet_of(xmp), packet_of(extended)
    if main is None or other is None:
        return xmp
    main.remove(NOTE, "HasExtendedXMP")
    main.take_in(other)
    return bytes(main)


def parted(xmp: bytes, room: int) -> tuple[bytes, list[bytes]]:
    """Part a packet for a JPEG: a main packet of at most `room` bytes, and the bodies of the extension's segments.

    What cannot be parted stays out.
    """
    if len(xmp) <= room:
        return xmp, []
    main, other = packet_of(xmp), new_packet()
    while main is not None and len(bytes(main)) > room - 200:
        element = main.largest_out()
        if element is None:
            main = None
        else:
            other.put(element)
    if main is None:
        return bytes(new_packet()), []
    rest = bytes(other)[len(_BEGIN) : -len(_END)]
    digest = hashlib.md5(rest, usedforsecurity=False).hexdigest().upper()
    main.write(NOTE, "HasExtendedXMP", "text", (digest,))
    step = 65_000
    return bytes(main), [
        digest.encode() + struct.pack(">II", len(rest), at) + rest[at : at + step] for at in range(0, len(rest), step)
    ]


def _examine(xmp: bytes) -> None:
    """Refuse what could keep the parser busy."""
    if len(xmp) > _LONGEST:
        raise _Hostile
    depth = count = 0

    def begun(*_: object) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > _DEEPEST or count > _MOST_ELEMENTS:
            raise _Hostile

    def ended(*_: object) -> None:
        nonlocal depth
        depth -= 1

    def refused(*_: object) -> None:
        raise _Hostile

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = begun, ended
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refused
    parser.Parse(xmp.strip(b"\0 \t\r\n"), True)


def _elements(node: minidom.Node) -> Iterator[minidom.Element]:
    for child in node.childNodes:
        if isinstance(child, minidom.Element):
            yield child
            yield from _elements(child)


def _named(name: str | None, prefix: str, *, whole: bool) -> bool:
    return name == prefix if whole else (name or "").startswith(prefix)


def _text(node: minidom.Node) -> str:
    if isinstance(node, minidom.Attr):
        return node.value
    items = [each for each in _elements(node) if (each.namespaceURI, each.localName) == (RDF, "li")]
    holder = items[0] if items else node
    return "".join(child.data for child in holder.childNodes if isinstance(child, minidom.Text))


def _sound(text: str) -> str:
    """Leave out what XML 1.0 cannot hold."""
    return "".join(letter for letter in text if letter in "\t\n" or (letter >= " " and letter not in "\ufffe\uffff"))
