"""How long looking at federation takes, beside a plain requests loop and the standard parser.

    python -m tests.bench.federation

Prints: documents at the limits of the parser, one healthy host, fifty federated domains on one farm,
a silent host beside a healthy one, and the memory above the interpreter.
"""

import contextlib
import resource
import statistics
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import requests

from scanner.config.model import Domains, Host
from scanner.evidence import federation as paths
from scanner.evidence.federation import DomainRealm, FederationHost, FederationMetadata
from scanner.lab.federation.document import document
from scanner.sources.federation.metadata import read_document
from scanner.sources.federation.safe_xml import LARGEST, RefusedXml
from tests.sources.federation.farms import HOST, Farm, adfs, gathered, raw_server

ASKED = (
    paths.METADATA,
    paths.OPENID,
    paths.PASSIVE,
    paths.EXCHANGE,
    paths.WINDOWS_2005,
    paths.WINDOWS_13,
    paths.USERNAME_2005,
    paths.USERNAME_13,
    paths.CERTIFICATE_2005,
    paths.CERTIFICATE_13,
    paths.IDP_INITIATED,
)


def timed(work, times=5):
    """The median of some runs, in seconds."""
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        spent.append(time.perf_counter() - began)
    return statistics.median(spent)


def memory():
    """The most memory that was used so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def say(what, seconds, target, anchor="", anchored=None):
    ratio = f"{anchored / seconds:5.1f} x {anchor}" if anchored else ""
    met = "met" if seconds <= target else "MISSED"
    print(f"{what:<48} {seconds * 1000:9.1f} ms   target {target * 1000:6.0f} ms {met:<7} {ratio}")


def alone(farm):
    """Memory of the source before any anchor has used more; the servers' own is in it."""
    with farm.serve() as server:
        before = memory()
        gathered(farm.config(adfs(server)))
        print(f"memory that looking at one host adds: {memory() - before:.0f} MiB (target 40)")


def documents(farm):
    key = farm.key
    text = document(HOST, [key], [key]).decode()
    filled = text.replace("</EntityDescriptor>", "<x>" + "y" * (LARGEST - len(text) - 100))
    filled = filled + "</x></EntityDescriptor>"
    samples = {
        "a document of AD FS's size": text.replace(
            "</EntityDescriptor>", "<!--" + "z" * 70_000 + "--></EntityDescriptor>"
        ).encode(),
        "1 MiB of text": filled.encode(),
        "300,000 siblings": b"<a>" + b"<b/>" * 300_000,
        "200,000 levels": b"<a>" * 200_000,
        "entities that expand to gigabytes": b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>",
    }
    for name, whole in samples.items():
        data = whole[:LARGEST]

        def ours(data=data):
            with contextlib.suppress(RefusedXml):
                read_document(data)

        def standard(data=data):
            with contextlib.suppress(ET.ParseError):
                ET.fromstring(data)

        say(f"parse: {name}", timed(ours), 0.05, "ElementTree, unbounded", timed(standard))


def healthy(farm):
    with farm.serve() as server:
        config = farm.config(adfs(server))

        def plain():
            with requests.Session() as session:
                for path in ASKED:
                    session.get(f"https://{server.address}{path}", verify=False, timeout=5)

        took = timed(lambda: gathered(config))
        say("one healthy host, 11 paths", took, 0.5, "requests, one by one", timed(plain))


def many(farm):
    names = tuple(f"d{number}.contoso.com" for number in range(50))
    with farm.serve() as server, farm.login() as login:
        base = farm.config(connect={f"{HOST}:443": server.address}, login=login)
        config = type(base)(
            tenant=base.tenant,
            domains=Domains(names=names),
            network=base.network,
            trust=base.trust,
        )
        counts = {}

        def run():
            found = gathered(config)
            counts["realms"] = len(found.every(DomainRealm))
            counts["hosts"] = len(found.every(FederationHost))

        def plain():
            for name in names:
                for path in ("/common/userrealm/x@", "/getuserrealm.srf?login=x@"):
                    requests.get(f"https://{login.address}{path}{name}", verify=False, timeout=5)

        took = timed(run, 3)
        say("50 federated domains on one farm", took, 5, "requests, one by one", timed(plain, 1))
        print(f"  realms {counts['realms']}, hosts looked at {counts['hosts']}")


def silent(farm):
    with raw_server(lambda _: time.sleep(30)) as address, farm.serve() as server:
        hosts = (Host("silent.contoso.com", "adfs", 443, address), adfs(server))
        config = farm.config(*hosts, timeout=5.0)
        began = time.perf_counter()
        found = gathered(config)
        took = time.perf_counter() - began
        accepted = [one.name for one in found.every(FederationMetadata) if one.accepted]
        say("a silent host beside a healthy one", took, 10)
        print(f"  read meanwhile: {', '.join(accepted)}")


def main():
    requests.packages.urllib3.disable_warnings()
    print(f"Python {sys.version.split()[0]}; medians; one machine, loopback")
    with tempfile.TemporaryDirectory() as folder:
        farm = Farm(Path(folder))
        alone(farm)
        documents(farm)
        healthy(farm)
        many(farm)
        silent(farm)


if __name__ == "__main__":
    main()
