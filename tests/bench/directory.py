"""Directory exports: from LDIF to findings, objects per second and memory, beside a plain reader.

python -m tests.bench.directory [objects …]      default: 50000 200000
"""

import argparse
import base64
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scanner.config.model import Config, Directory, Domains
from scanner.directory import check_exports
from scanner.progress import Silent
from scanner.words import Status


def person(number):
    """An entry of about 440 bytes; a few in a hundred have a fault."""
    name = f"user{number:07d}"
    address = f"{name}@contoso.com"
    login = address
    extra = f"smtp:{name}@fabrikam.com"
    match number % 100:
        case 1:
            login = f"{name[:4]} {name[4:]}@contoso.com"
        case 2:
            login = f"{name}@corp.local"
        case 3:
            extra = f"smtp:{name};x@contoso.com"
        case 4:
            address = f"user{number - 4:07d}@contoso.com"
    return (
        f"dn: CN=User {number:07d},OU=Staff,DC=corp,DC=contoso,DC=com\n"
        "objectClass: top\nobjectClass: person\nobjectClass: organizationalPerson\n"
        f"objectClass: user\ncn: User {number:07d}\ndisplayName: User {number:07d}\n"
        f"givenName: User\nmail: {address}\nmailNickname: {name}\n"
        f"proxyAddresses: SMTP:{address}\nproxyAddresses: {extra}\n"
        f"sAMAccountName: {name}\nuserPrincipalName: {login}\n"
        "userAccountControl: 512\n\n"
    )


def write(path, count):
    with path.open("w") as file:
        for start in range(0, count, 5000):
            file.write("".join(map(person, range(start, min(start + 5000, count)))))


def plain_reader(path):
    """The least that reads LDIF at all: unfold, base64, a dictionary for each entry."""
    count = 0
    entry, pending = {}, None

    def keep(line):
        name, _, value = line.partition(":")
        if value.startswith(":"):
            value = base64.b64decode(value[1:].strip()).decode("utf-8", "replace")
        entry.setdefault(name.lower(), []).append(value.lstrip(" "))

    with path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            line = line.rstrip("\n")  # noqa: PLW2901
            if line.startswith(" ") and pending is not None:
                pending += line[1:]
                continue
            if pending:
                keep(pending)
            pending = line
            if not line:
                if entry:
                    count += 1
                    entry = {}
                pending = None
    return count


def check(path, count):
    """In a process of its own, so that the peak of memory is that of this run."""
    with tempfile.TemporaryDirectory() as folder:
        config = Config(
            domains=Domains(names=("contoso.com", "fabrikam.com")),
            directory=Directory(files=(str(path),)),
        )
        began = time.perf_counter()
        result, _ = check_exports(config, Path(folder) / "run", Silent())
        took = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    affected = {
        f"{one.check.partition('.')[2]} {one.subject.name}": one.affected.count
        for one in result.findings
        if one.status in (Status.FAIL, Status.WARN) and one.affected
    }
    crashed = [one.message.text for one in result.findings if one.status is Status.ERROR]
    assert not crashed, crashed
    print(f"{took} {peak}")
    for name, number in affected.items():
        print(f"   {name}: {number} rows")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("objects", nargs="*", type=int, default=[50_000, 200_000])
    parser.add_argument("--check", nargs=2)
    parser.add_argument("-v", action="store_true")
    arguments = parser.parse_args()
    if arguments.check:
        check(Path(arguments.check[0]), int(arguments.check[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        for count in arguments.objects:
            path = Path(folder) / "users.ldif"
            write(path, count)
            began = time.perf_counter()
            assert plain_reader(path) == count
            plain = time.perf_counter() - began
            words = [
                sys.executable,
                "-m",
                "tests.bench.directory",
                "--check",
                str(path),
                str(count),
            ]
            told = subprocess.run(words, check=True, capture_output=True, text=True).stdout
            first, _, rest = told.partition("\n")
            took, peak = map(float, first.split())
            size = path.stat().st_size
            print(
                f"{count:>9} objects, {size / count:.0f} bytes each: {took:6.2f} s,"
                f" {count / took:7.0f} objects/s, peak {peak:4.0f} MB;"
                f" plain reader alone {count / plain:7.0f}/s (ratio {took / plain:.2f})"
            )
            if arguments.v:
                print(rest, end="")


if __name__ == "__main__":
    main()
