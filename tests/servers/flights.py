"""What a server sends in clear, made by hand: for servers that no real program would be."""

import struct


def record(kind, body, version=0x0303):
    pieces = [body[at : at + 16000] for at in range(0, len(body), 16000)]
    return b"".join(struct.pack("!BHH", kind, version, len(one)) + one for one in pieces)


def message(kind, body):
    return bytes([kind]) + struct.pack("!I", len(body))[1:] + body


def server_hello(suite=0xC02F):
    return message(
        2, struct.pack("!H", 0x0303) + bytes(32) + b"\0" + struct.pack("!H", suite) + b"\0"
    )


def certificate_list(*ders):
    entries = b"".join(struct.pack("!I", len(one))[1:] + one for one in ders)
    return message(11, struct.pack("!I", len(entries))[1:] + entries)


def flight(*ders, suite=0xC02F, exchange=b""):
    """Hello, certificates, what is given of a key exchange, done."""
    parts = [server_hello(suite), certificate_list(*ders)]
    if exchange:
        parts.append(message(12, exchange))
    return b"".join(record(22, one) for one in (*parts, message(14, b"")))
