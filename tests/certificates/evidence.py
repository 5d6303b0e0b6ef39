"""Evidence of endpoints without any endpoint: real certificates through the source's own reading."""

from dataclasses import replace

from cryptography.hazmat.primitives.serialization import Encoding

from scanner.api import Header
from scanner.evidence.tls import HelloAnswer, TlsChain, TlsProtocol
from scanner.sources.tls.anchors import Anchors
from scanner.sources.tls.certificate import parse
from scanner.sources.tls.chains import Sent, path_of, served
from tests.servers.pki import NOW

HEADER = Header(NOW, "test", "test", complete=True)


def anchors_of(*roots):
    anchors = Anchors()
    anchors.add((parse(one.der) for one in roots), "public")
    return anchors


def list_of(leaf, *roots, host="web.test", **changes):
    """What one endpoint serves."""
    above = [one.public_bytes(Encoding.DER) for one in leaf.chain]
    sent = Sent("192.0.2.1:443", "tls12", (leaf.der, *above))
    made = served(sent, path_of(sent, anchors_of(*roots), host, NOW), NOW)
    return replace(made, **changes)


def chain_of(leaf, *roots, host="web.test", role="web", **changes):
    """The chain of one endpoint."""
    return TlsChain(host, 443, role, (list_of(leaf, *roots, host=host, **changes),))


def with_leaf(chain, **changes):
    """The same evidence with another fact in its leaf, wherever the leaf stands."""
    one = chain.served[0]
    leaf = replace(one.certificates[0], **changes)
    path = replace(one.path, certificates=(leaf, *one.path.certificates[1:]))
    again = replace(one, certificates=(leaf, *one.certificates[1:]), path=path)
    return replace(chain, served=(again,))


def with_path(chain, **changes):
    """The same evidence with another fact about its path."""
    one = chain.served[0]
    return replace(chain, served=(replace(one, path=replace(one.path, **changes)),))


def protocol_of(*hellos, role="web", client=None, host="web.test", port=443):
    """The protocol of one endpoint, from (kind, answer) or (kind, answer, more facts)."""
    answers = []
    for kind, answer, *more in hellos:
        facts = more[0] if more else {}
        version = {"tls12": "TLSv1.2", "tls13": "TLSv1.3"}.get(kind, "")
        given = {"version": version if answer == "accepted" else "", **facts}
        answers.append(HelloAnswer(kind, answer, **given))
    return TlsProtocol(host, port, role, tuple(answers), client)
