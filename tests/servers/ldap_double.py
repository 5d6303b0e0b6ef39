"""A little LDAP server that answers as Active Directory does where no free server can.

It knows bind, search and unbind (RFC 4511), gives whatever a function of the test returns, and keeps
every request, so that a test can say what was asked. Between entries that function may yield a
Reference to another server, PAGE where a page ends (RFC 2696), LOST where the connection breaks, or
raise a ResultError.
"""

import contextlib
import socketserver
import threading
from dataclasses import dataclass

BIND, UNBIND, SEARCH, ENTRY, DONE, REFERENCE = 0x60, 0x42, 0x63, 0x64, 0x65, 0x73
NO_RIGHTS = 50
PAGED = b"1.2.840.113556.1.4.319"
PAGE, LOST = object(), object()


class ResultError(Exception):
    """A result code other than success, and what the server says with it."""

    def __init__(self, code, text=""):
        super().__init__(code)
        self.code, self.text = code, text


@dataclass(frozen=True)
class Reference:
    """An answer that names another server for a part of the tree."""

    url: str


SCOPES = ("base", "one", "subtree")


@dataclass(frozen=True)
class Asked:
    """One search."""

    base: str
    scope: str
    attributes: tuple[str, ...]


def ber(tag, *parts):
    """One value in the basic encoding of ASN.1: tag, length, content."""
    content = b"".join(parts)
    size = len(content)
    if size < 128:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def values(data):
    """The (tag, content) of every value in a content."""
    while data:
        tag, size, head = data[0], data[1], 2
        if size & 0x80:
            head += size & 0x7F
            size = int.from_bytes(data[2:head], "big")
        yield tag, data[head : head + size]
        data = data[head + size :]


class _Connection(socketserver.StreamRequestHandler):
    def handle(self):
        self.pages = {}
        with contextlib.suppress(OSError):
            while message := self._message():
                (_, number), (operation, content), *controls = values(message)
                self.server.seen.append(operation)
                if operation == UNBIND:
                    return
                for answer in self._answers(operation, content, _cookie(controls)):
                    self.wfile.write(ber(0x30, ber(0x02, number), answer))

    def _message(self):
        head = self.rfile.read(2)
        if len(head) < 2:
            return b""
        size = head[1]
        if size & 0x80:
            size = int.from_bytes(self.rfile.read(size & 0x7F), "big")
        return self.rfile.read(size)

    def _answers(self, operation, content, cookie):
        if operation != SEARCH:
            code, text = self.server.bind() if operation == BIND else (0, "")
            yield done(operation + 1, code, text)
            return
        parts = list(values(content))
        names = tuple(one.decode() for _, one in values(parts[7][1]))
        asked = Asked(parts[0][1].decode(), SCOPES[parts[1][1][0]], names)
        self.server.asked.append(asked)
        try:
            yield from self._entries(asked, cookie)
        except PermissionError:
            yield done(DONE, NO_RIGHTS)
        except ResultError as error:
            yield done(DONE, error.code, error.text)

    def _entries(self, asked, cookie):
        given = self.pages.pop(cookie, None) or iter(self.server.answer(asked))
        for one in given:
            if one is LOST:
                raise ConnectionResetError
            if one is PAGE:
                cookie = str(len(self.server.asked)).encode()
                self.pages[cookie] = given
                value = ber(0x30, ber(0x02, b"\0"), ber(0x04, cookie))
                yield done(DONE) + ber(0xA0, ber(0x30, ber(0x04, PAGED), ber(0x04, value)))
                return
            if isinstance(one, Reference):
                yield ber(REFERENCE, ber(0x04, one.url.encode()))
                continue
            dn, attributes = one
            yield ber(ENTRY, ber(0x04, dn.encode()), ber(0x30, *_attributes(attributes)))
        yield done(DONE)


def done(operation, code=0, text=""):
    """The end of an operation (LDAPResult)."""
    return ber(operation, ber(0x0A, bytes((code,))), _EMPTY, ber(0x04, text.encode()))


def _cookie(controls):
    """The cookie of the control with which the next page is asked for."""
    for _, listed in controls:
        for _, control in values(listed):
            parts = list(values(control))
            if parts[0][1] == PAGED:
                ((_, value),) = values(parts[-1][1])
                return list(values(value))[1][1]
    return b""


_EMPTY = ber(0x04)


def _attributes(attributes):
    for name, held in attributes.items():
        texts = (one if isinstance(one, bytes) else one.encode() for one in held)
        yield ber(0x30, ber(0x04, name.encode()), ber(0x31, *(ber(0x04, one) for one in texts)))


@contextlib.contextmanager
def ldap_double(answer, bind=lambda: (0, "")):
    """A server; `answer` gives the (dn, attributes) for an Asked, or raises PermissionError.

    `bind` gives the result code of each bind, and a text. The server has a `port`, the searches that
    were `asked`, and the operations that were `seen`.
    """
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Connection) as server:
        server.daemon_threads = True
        server.answer, server.bind, server.asked, server.seen = answer, bind, [], []
        server.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
