"""The server cases of x509-limbo, by this product's checks and by cryptography's own verifier.

Run: python -m tests.bench.limbo PATH/limbo.json

The suite is not part of this project: https://github.com/C2SP/x509-limbo publishes it. A case counts as
accepted by the product when the checks of a server certificate end as pass, warn or not-applicable.
Core cases are those for servers that need no special feature. The library runs in a process of its
own, because it cannot be interrupted.
"""

from __future__ import annotations

import argparse
import base64
import ipaddress
import json
import multiprocessing
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from checks.certificates import chain, dates, names, purpose, reach, strength, trust
from scanner.api import Header, Scope, Status
from scanner.evidence.tls import TlsChain
from scanner.sources.tls.anchors import Anchors, mozilla_keys
from scanner.sources.tls.certificate import UNREADABLE, Parsed, parse
from scanner.sources.tls.chains import Sent, path_of, served
from scanner.testing import run_check

CHECKS = (
    reach.parseable,
    dates.in_validity,
    names.hostname_covered,
    trust.publicly_trusted,
    chain.chain_valid,
    chain.name_constraints,
    chain.leaf_not_ca,
    strength.key_strength,
    strength.signature_algorithm,
    purpose.server_auth_usage,
)
GOOD = (Status.PASS, Status.WARN, Status.NOT_APPLICABLE)
PATIENCE = 10.0
EXACT = Scope(thresholds={"clock_tolerance_seconds": 0})
"""The suite says what time it is; there are no two clocks that could differ."""


def der(pem):
    return base64.b64decode("".join(one for one in pem.splitlines() if "---" not in one))


def moment(case):
    found = case["validation_time"]
    return datetime.fromisoformat(found) if found else datetime.now(UTC)


def ours(case):
    """Why the product refuses the case; '' where it accepts."""
    anchors, now = Anchors(), moment(case).replace(microsecond=0)
    roots = (parse(der(one)) for one in case["trusted_certs"])
    anchors.add((one for one in roots if isinstance(one, Parsed)), "public")
    host = case["expected_peer_name"]["value"]
    listed = [case["peer_certificate"], *case["untrusted_intermediates"]]
    sent = Sent("limbo", "tls12", tuple(der(one) for one in listed))
    facts = served(sent, path_of(sent, anchors, host, now), now)
    evidence = TlsChain(host, 443, "web", (facts,))
    header = Header(now, "limbo", "limbo", complete=True)
    for one in CHECKS:
        for finding in run_check(one, evidence, header, EXACT):
            if finding.status not in GOOD:
                return f"{one.__name__}: {finding.reason}"
    return ""


def library(case):
    """The same by the library alone; '' where it accepts."""
    name = case["expected_peer_name"]
    try:
        subject = (
            x509.IPAddress(ipaddress.ip_address(name["value"]))
            if name["kind"] == "IP"
            else x509.DNSName(name["value"])
        )
        builder = PolicyBuilder().store(Store([read(one) for one in case["trusted_certs"]]))
        builder = builder.time(moment(case))
        if case["max_chain_depth"] is not None:
            builder = builder.max_chain_depth(case["max_chain_depth"])
        leaf = read(case["peer_certificate"])
        between = [read(one) for one in case["untrusted_intermediates"]]
        builder.build_server_verifier(subject).verify(leaf, between)
    except (VerificationError, *UNREADABLE) as error:
        return str(error)[:80] or type(error).__name__
    return ""


def read(pem):
    return x509.load_pem_x509_certificate(pem.encode())


def _answer(judge, case, pipe):
    pipe.send(judge(case))


def patiently(judge, case):
    """What the judge says within its time, or None where it hangs."""
    mine, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=_answer, args=(judge, case, theirs))
    process.start()
    said = mine.recv() if mine.poll(PATIENCE) else None
    process.kill()
    process.join()
    return said


@dataclass
class Score:
    right: int = 0
    false_accepts: list = field(default_factory=list)
    false_rejects: list = field(default_factory=list)
    hangs: list = field(default_factory=list)
    seconds: float = 0.0

    def add(self, case, said):
        accepts = case["expected_result"] == "SUCCESS"
        if said is None:
            self.hangs.append(case["id"])
        elif accepts == (said == ""):
            self.right += 1
        elif accepts:
            self.false_rejects.append(f"{case['id']} ({said})")
        else:
            self.false_accepts.append(case["id"])

    def line(self, word, total):
        return (
            f"{word:<22} {self.right:>4} of {total} right, {len(self.false_accepts)} false accepts,"
            f" {len(self.false_rejects)} false rejects, {len(self.hangs)} hangs, {self.seconds:.1f} s"
        )


def score(cases, judge):
    found = Score()
    start = time.perf_counter()
    for case in cases:
        found.add(case, patiently(judge, case))
    found.seconds = time.perf_counter() - start
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("suite", help="limbo.json")
    parser.add_argument("--all", action="store_true", help="also the cases that need a feature")
    arguments = parser.parse_args()
    with Path(arguments.suite).open(encoding="utf-8") as file:
        cases = [
            one
            for one in json.load(file)["testcases"]
            if one["validation_kind"] == "SERVER"
            and one["expected_peer_name"]
            and (arguments.all or not one["features"])
        ]
    mozilla_keys()  # read once here, and not in each process
    product, alone = score(cases, ours), score(cases, library)
    print(product.line("emsready's checks", len(cases)))
    print(alone.line("cryptography's verifier", len(cases)))
    new = sorted(set(product.false_accepts) - set(alone.false_accepts))
    print(f"false accepts that the verifier does not have: {', '.join(new) or 'none'}")
    for word in ("false_accepts", "false_rejects", "hangs"):
        for one in getattr(product, word):
            print(f"  {word.replace('_', ' ')[:-1]}: {one}")


if __name__ == "__main__":
    main()
