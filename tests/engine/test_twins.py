"""The twins of evidence types: what they write is less, what is read back is the same."""

from dataclasses import fields

from scanner.evidence.codec import encode_line, line_decoder, plain, readable, writable
from scanner.evidence.directory import Collision, DirectoryObject, Fault, Holder

FULL = DirectoryObject(
    "CN=Ann,DC=corp,DC=contoso,DC=com",
    "user",
    "Ann",
    reasons=("critical",),
    login="ann@contoso.com",
    faults=(Fault("mail", "x", ("length",)),),
    control=514,
)
BARE = DirectoryObject("CN=Bo,DC=x", "group", "Bo")


def twin_of(item, kind):
    return writable(kind)(*(getattr(item, one.name) for one in fields(kind)))


def test_what_a_twin_writes_reads_back_as_the_declared_type():
    for item in (FULL, BARE):
        line = encode_line(twin_of(item, DirectoryObject))
        assert line_decoder(DirectoryObject).decode(line) == item


def test_defaults_are_not_written():
    assert (
        encode_line(twin_of(BARE, DirectoryObject))
        == b'{"dn":"CN=Bo,DC=x","type":"group","name":"Bo"}\n'
    )


def test_a_twin_reads_every_form_and_knows_what_the_type_knows():
    decoder = line_decoder(readable(DirectoryObject))
    for line in (encode_line(FULL), encode_line(twin_of(FULL, DirectoryObject))):
        read = decoder.decode(line)
        assert plain(read) == plain(FULL)
        assert (read.is_user, read.enabled, read.domain) == (True, False, "corp.contoso.com")
        assert read.faults[0].kinds == ("length",)


def test_what_stands_inside_is_a_twin_too():
    pair = Collision("mail", (Holder("CN=Ann", "user", "mail", "a@b.c"),))
    read = line_decoder(readable(Collision)).decode(encode_line(pair))
    assert plain(read) == plain(pair)
