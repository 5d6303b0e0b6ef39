"""TLS servers for tests: real ones (nginx, openssl), and sockets that break the rules."""

import contextlib
import socket
import ssl
import subprocess
import threading

from tests.servers.parts import free_port, need, running, wait_for_port


class Sockets:
    """A server on 127.0.0.1 that hands each connection to a function, in a thread of its own."""

    def __init__(self, answer, family=socket.AF_INET):
        self._answer = answer
        self._listener = socket.socket(family)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1" if family == socket.AF_INET else "::1", 0))
        self._listener.listen(50)
        self.port = self._listener.getsockname()[1]
        self.over = threading.Event()
        self.connections = 0

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def __enter__(self):
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *error):
        self.over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection):
        with connection, contextlib.suppress(OSError):
            connection.settimeout(20)
            self._answer(connection, self.over)


def context_of(made, folder, *, chain=True, **settings):
    """A server context of Python's ssl module for that certificate."""
    file = folder / f"{made.certificate.serial_number}.pem"
    file.write_bytes(made.pem(chain=chain, with_key=True))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    for word, value in settings.items():
        setattr(context, word, value)
    context.load_cert_chain(file)
    return context


def tls_server(context, answer=b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", before=None):
    """A healthy TLS server; `before` speaks on the bare socket first, as STARTTLS does."""

    def serve(connection, over):
        if before:
            before(connection)
        with context.wrap_socket(connection, server_side=True) as tls:
            if tls.recv(8192):
                tls.sendall(answer)

    return Sockets(serve)


def drip(data, pause):
    """A server that sends those bytes one at a time."""

    def serve(connection, over):
        connection.recv(4096)
        for byte in data:
            if over.wait(pause):
                return
            connection.sendall(bytes([byte]))
        over.wait(30)

    return Sockets(serve)


def silent():
    """A server that takes the connection and says nothing."""
    return Sockets(lambda connection, over: over.wait(30))


def saying(data):
    """A server that sends those bytes and closes."""

    def serve(connection, over):
        connection.recv(4096)
        connection.sendall(data)

    return Sockets(serve)


def endless(piece):
    """A server that sends those bytes again and again."""

    def serve(connection, over):
        connection.recv(4096)
        while not over.is_set():
            connection.sendall(piece)

    return Sockets(serve)


def resetting():
    """A server that resets every connection after the hello."""

    def serve(connection, over):
        connection.recv(4096)
        connection.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00"
        )

    return Sockets(serve)


@contextlib.contextmanager
def openssl_server(made, folder, *options, chain=True, port=None):
    """openssl s_server with that certificate; gives the port."""
    program = need("openssl")
    port = port or free_port()
    word = folder / f"s{port}"
    word.with_suffix(".pem").write_bytes(made.pem(chain=False))
    word.with_suffix(".key").write_bytes(made.key_pem())
    arguments = [program, "s_server", "-accept", f"127.0.0.1:{port}", "-quiet", "-www"]
    arguments += ["-cert", word.with_suffix(".pem"), "-key", word.with_suffix(".key")]
    if chain and made.chain:
        above = word.with_suffix(".chain")
        above.write_bytes(made.pem().removeprefix(made.pem(chain=False)))
        arguments += ["-cert_chain", above]
    arguments.remove("-quiet")
    with running([*arguments, *options], port=port, stdin=subprocess.PIPE):
        yield port


@contextlib.contextmanager
def nginx(folder, servers, top=""):
    """One nginx with those server blocks. `{listen}` in a block is a port of its own; gives them."""
    program = need("nginx")
    folder.chmod(0o755)
    ports = _ports(len(servers))
    blocks = "".join(
        block.replace("{listen}", f"127.0.0.1:{port}")
        for block, port in zip(servers, ports, strict=True)
    )
    paths = "".join(
        f"{word}_temp_path {folder}/{word};"
        for word in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    file = folder / "nginx.conf"
    file.write_text(
        f"daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;"
        f"{top} events {{ worker_connections 2000; }}"
        f"http {{ access_log off; {paths} ssl_session_cache off; {blocks} }}"
    )
    with running([program, "-p", folder, "-c", file, "-e", folder / "error.log"], port=ports[0]):
        for port in ports[1:]:
            wait_for_port(port)
        yield ports


def _ports(count):
    """That many different free ports."""
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in held]
