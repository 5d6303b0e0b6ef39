"""XML from hosts that may be hostile: no document type, no entities, bounded in every direction.

The limits are far above any real metadata document, which has 50 to 100 KB and some 20 levels.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from scanner.evidence.federation import Refusal
from scanner.text import said

LARGEST = 1024 * 1024
_DEEPEST = 60
_MOST_ELEMENTS = 20_000
_ENCODING_ERRORS = {
    expat.errors.codes[expat.errors.XML_ERROR_UNKNOWN_ENCODING],
    expat.errors.codes[expat.errors.XML_ERROR_INCORRECT_ENCODING],
}


class RefusedXml(ValueError):  # noqa: N818 - what happens to the document
    """A document that is not read, with the coded reason."""

    def __init__(self, refusal: Refusal, detail: str) -> None:
        super().__init__(detail)
        self.refusal, self.detail = refusal, detail


class _Limited:
    """Builds the tree while it counts; raises out of the parser at the first excess."""

    def __init__(self) -> None:
        self.builder = TreeBuilder()
        self._depth = self._elements = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > _DEEPEST:
            raise RefusedXml(Refusal.TOO_DEEP, said("more than {most} levels", most=_DEEPEST))
        if self._elements > _MOST_ELEMENTS:
            raise RefusedXml(
                Refusal.TOO_MANY_ELEMENTS,
                said("more than {most} elements", most=_MOST_ELEMENTS),
            )
        named = {_qualified(name): value for name, value in attributes.items()}
        self.builder.start(_qualified(tag), named)

    def end(self, tag: str) -> None:
        self._depth -= 1
        self.builder.end(_qualified(tag))


def parse(data: bytes) -> Element:
    """The root of the tree, with names as '{namespace}local'. Raises RefusedXml."""
    if len(data) > LARGEST:
        raise RefusedXml(Refusal.TOO_LARGE, said("more than {most} bytes", most=LARGEST))
    made = _Limited()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = made.start
    parser.EndElementHandler = made.end
    parser.CharacterDataHandler = made.builder.data
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.EntityDeclHandler = _no_doctype
    try:
        parser.Parse(data, True)
        return made.builder.close()
    except expat.ExpatError as error:
        encoding = error.code in _ENCODING_ERRORS or _not_utf8(data)
        refusal = Refusal.ENCODING if encoding else Refusal.BROKEN_XML
        raise RefusedXml(refusal, str(error)[:200]) from error
    except (ValueError, LookupError) as error:  # a codec that is named and does not fit
        if isinstance(error, RefusedXml):
            raise
        raise RefusedXml(Refusal.ENCODING, str(error)[:200]) from error


def _no_doctype(*_: object) -> None:
    """Entities need a document type, and so do most HTML pages; metadata has none."""
    raise RefusedXml(Refusal.DOCTYPE, said("a document type declaration"))


def _qualified(name: str) -> str:
    """With a separator expat gives 'uri}tag'; the tree wants '{uri}tag'."""
    return f"{{{name}" if "}" in name else name


def _not_utf8(data: bytes) -> bool:
    """Whether the bytes, said to be UTF-8 by default or by name, are none."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return False
    head = data[:200].lower()
    if b"encoding=" in head and b"utf-8" not in head:
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return True
    return False
