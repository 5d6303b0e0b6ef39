"""The public RFC 7208 suite of the openspf project against our evaluator; prints the score.

    python -m tests.bench.spf_suite [rfc7208-tests.yml]

The suite is not part of this project. Without a file, the variable EMSREADY_SPF_SUITE names it, else
pip fetches the source distribution of pyspf, which carries it.
"""

import asyncio
import ipaddress
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import yaml

from scanner.evidence.dns import Lookup, LookupStatus, Record
from scanner.sources.dns.spf import Message, evaluate

CARRIER = "pyspf==2.0.14"
MEMBER = "test/rfc7208-tests.yml"


def suite_text(argument=None):
    """The text of the suite."""
    named = argument or os.environ.get("EMSREADY_SPF_SUITE")
    if named:
        return Path(named).read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        options = ["download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", folder]
        for pip in ([sys.executable, "-m", "pip"], ["pip"]):
            done = subprocess.run([*pip, *options, CARRIER], check=False, capture_output=True)
            if done.returncode == 0:
                break
        (archive,) = Path(folder).glob("pyspf-*.tar.gz")
        with tarfile.open(archive) as tar:
            name = next(one for one in tar.getnames() if one.endswith(MEMBER))
            return tar.extractfile(name).read().decode("utf-8")


class Zone:
    """The records of one group of tests, answered the way a resolver would."""

    def __init__(self, data):
        self.names = {name.lower(): list(self._records(rows)) for name, rows in data.items()}

    @staticmethod
    def _records(rows):
        own_text = any(isinstance(row, dict) and "TXT" in row for row in rows)
        for row in rows:
            if row == "TIMEOUT":
                yield None, None
                continue
            ((rdtype, value),) = row.items()
            if rdtype == "SPF" and not own_text and value != "NONE":
                yield "TXT", value
            if value != "NONE":
                yield rdtype, value

    async def ask(self, name, rdtype):
        name = name.rstrip(".").lower()
        chain = ()
        for _ in range(5):
            rows = self.names.get(name)
            if rows is None:
                failing = name.startswith("error.")
                status = LookupStatus.TIMEOUT if failing else LookupStatus.NXDOMAIN
                return Lookup(name, rdtype, status, chain=chain)
            found = [value for kind, value in rows if kind == rdtype]
            if "TIMEOUT" in found or (not found and (None, None) in rows):
                return Lookup(name, rdtype, LookupStatus.TIMEOUT, chain=chain)
            if found:
                records = tuple(self._record(rdtype, value) for value in found)
                return Lookup(name, rdtype, LookupStatus.ANSWER, records, chain)
            alias = [value for kind, value in rows if kind == "CNAME"]
            if not alias:
                return Lookup(name, rdtype, LookupStatus.NODATA, chain=chain)
            name = alias[0].rstrip(".").lower()
            chain = (*chain, name)
        return Lookup(name, rdtype, LookupStatus.NODATA, chain=chain)

    @staticmethod
    def _record(rdtype, value):
        if rdtype == "MX":
            return Record(value[1].rstrip(".").lower() or ".", priority=value[0])
        if rdtype in ("TXT", "SPF"):
            return Record("".join([value] if isinstance(value, str) else value))
        return Record(value.rstrip(".").lower())


async def judge(test, zone):
    """Our evaluation of one test."""
    sender = test["mailfrom"]
    domain = sender.rpartition("@")[2] if sender else test["helo"]
    message = Message(ipaddress.ip_address(test["host"]), sender, test["helo"])
    return await evaluate(message, domain, zone.ask)


def run(text):
    """Every test as (group, name, expected, got, agrees): verdicts, and explanations."""
    verdicts, explanations = [], []
    for group in yaml.safe_load_all(text):
        zone = Zone(group["zonedata"])
        for name, test in group["tests"].items():
            got = asyncio.run(judge(test, zone))
            wanted = test["result"] if isinstance(test["result"], list) else [test["result"]]
            title = group["description"]
            verdicts.append((title, name, wanted, got, got.result in wanted))
            if "explanation" in test:
                told = got.explanation or "DEFAULT"
                agrees = told == test["explanation"]
                explanations.append((title, name, test["explanation"], told, agrees))
    return verdicts, explanations


def main():
    """Print the score, and every test that disagrees."""
    verdicts, explanations = run(suite_text(*sys.argv[1:2]))
    for what, rows in (("verdicts", verdicts), ("explanations", explanations)):
        good = sum(row[-1] for row in rows)
        print(f"{what:13} {good}/{len(rows)}")
        for group, name, wanted, got, agrees in rows:
            if not agrees:
                print(f"  {group}: {name}: expected {wanted}, got {got}")
    return 0 if all(row[-1] for row in (*verdicts, *explanations)) else 1


if __name__ == "__main__":
    sys.exit(main())
