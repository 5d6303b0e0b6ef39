"""A real OpenLDAP server with the attributes of Active Directory, on a port of its own."""

import contextlib
import subprocess

from tests.servers.parts import free_port, need, running

SUFFIX = "dc=contoso,dc=com"
READER = f"cn=reader,{SUFFIX}"
PASSWORD = "reader-secret"

_ATTRIBUTES = (
    "mailNickname", "proxyAddresses", "targetAddress", "sAMAccountName", "userPrincipalName",
    "groupType", "objectCategory", "objectGUID", "userAccountControl", "isCriticalSystemObject",
    "lastLogonTimestamp", "pwdLastSet", "adminCount", "operatingSystem", "mS-DS-ConsistencyGuid",
)  # fmt: skip
_OCTETS = ("objectGUID", "mS-DS-ConsistencyGuid")
_OID = "1.3.6.1.4.1.4203.666.11.77"  # OpenLDAP's arc for experiments


def _schema():
    lines = []
    for number, name in enumerate(_ATTRIBUTES):
        octets = name in _OCTETS
        syntax = "40" if octets else "15"
        equality = "" if octets else "EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch"
        several = "" if name == "proxyAddresses" else "SINGLE-VALUE"
        lines.append(
            f"attributetype ( {_OID}.1.{number} NAME '{name}' {equality}"
            f" SYNTAX 1.3.6.1.4.1.1466.115.121.1.{syntax} {several} )"
        )
    may = " $ ".join(
        (*_ATTRIBUTES, "cn", "sn", "displayName", "givenName", "mail", "member", "description")
    )
    for number, name in enumerate(("user", "contact", "adgroup", "computer")):
        lines.append(
            f"objectclass ( {_OID}.2.{number} NAME '{name}' SUP top STRUCTURAL MAY ( {may} ) )"
        )
    return "\n".join(lines) + "\n"


@contextlib.contextmanager
def slapd(folder, text, *, limit=1000, certificate=None, writer=None):
    """A server that holds that LDIF. Yields its port; with a certificate (PEM) it knows StartTLS.

    `limit` is the hard limit of an answer without pages, as MaxPageSize is in Active Directory.
    `writer` is the one who may change it.
    """
    program, load = need("slapd"), need("slapadd")
    database = folder / "database"
    database.mkdir()
    (folder / "ad.schema").write_text(_schema())
    (folder / "data.ldif").write_text(_root() + text)
    tls = ""
    if certificate:
        tls = f"TLSCertificateFile {certificate}\nTLSCertificateKeyFile {certificate}\n"
    config = folder / "slapd.conf"
    config.write_text(
        f"""\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include {folder}/ad.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/slapd.pid
{tls}
database mdb
suffix "{SUFFIX}"
directory {database}
maxsize 536870912
index objectCategory eq
index objectClass eq
sizelimit size.soft={limit} size.hard={limit} size.pr={limit} size.prtotal=unlimited
access to attrs=userPassword by anonymous auth by * none
access to * by dn="{writer or READER}" {"write" if writer else "read"} by * read
"""
    )
    subprocess.run(
        [load, "-q", "-f", config, "-l", folder / "data.ldif"], check=True, capture_output=True
    )
    port = free_port()
    command = [program, "-f", config, "-h", f"ldap://127.0.0.1:{port}", "-d", "256"]
    with (
        (folder / "log").open("wb") as log,
        running(command, port=port, stderr=log, stdout=log),
    ):
        yield port


def _root():
    return (
        f"dn: {SUFFIX}\nobjectClass: domain\ndc: contoso\n\n"
        f"dn: {READER}\nobjectClass: person\ncn: reader\nsn: reader\nuserPassword: {PASSWORD}\n\n"
    )
