"""A little LDAP server that answers as Active Directory does where no free server can.

It knows bind, search and unbind (RFC 4511), gives whatever a function of the test returns, and keeps
every request, so that a test can say what was asked.
"""

import contextlib
import socketserver
import threading
from dataclasses import dataclass

BIND, UNBIND, SEARCH, ENTRY, DONE = 0x60, 0x42, 0x63, 0x64, 0x65
NO_RIGHTS = 50
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
        with contextlib.suppress(OSError):
            while message := self._message():
                (_, number), (operation, content), *_ = values(message)
                self.server.seen.append(operation)
                if operation == UNBIND:
                    return
                for answer in self._answers(operation, content):
                    self.wfile.write(ber(0x30, ber(0x02, number), answer))

    def _message(self):
        head = self.rfile.read(2)
        if len(head) < 2:
            return b""
        size = head[1]
        if size & 0x80:
            size = int.from_bytes(self.rfile.read(size & 0x7F), "big")
        return self.rfile.read(size)

    def _answers(self, operation, content):
        if operation == SEARCH:
            parts = list(values(content))
            names = tuple(one.decode() for _, one in values(parts[7][1]))
            asked = Asked(parts[0][1].decode(), SCOPES[parts[1][1][0]], names)
            self.server.asked.append(asked)
            try:
                for dn, attributes in self.server.answer(asked):
                    yield ber(ENTRY, ber(0x04, dn.encode()), ber(0x30, *_attributes(attributes)))
            except PermissionError:
                yield ber(DONE, ber(0x0A, bytes((NO_RIGHTS,))), _EMPTY, _EMPTY)
                return
        yield ber(DONE if operation == SEARCH else operation + 1, ber(0x0A, b"\0"), _EMPTY, _EMPTY)


_EMPTY = ber(0x04)


def _attributes(attributes):
    for name, held in attributes.items():
        texts = (one if isinstance(one, bytes) else one.encode() for one in held)
        yield ber(0x30, ber(0x04, name.encode()), ber(0x31, *(ber(0x04, one) for one in texts)))


@contextlib.contextmanager
def ldap_double(answer):
    """A server; `answer` gives the (dn, attributes) for an Asked, or raises PermissionError.

    It has a `port`, the searches that were `asked`, and the operations that were `seen`.
    """
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Connection) as server:
        server.daemon_threads = True
        server.answer, server.asked, server.seen = answer, [], []
        server.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
