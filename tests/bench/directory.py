"""Directory exports: from LDIF to findings, objects per second and memory, beside a plain reader.

python -m tests.bench.directory [objects …]      default: 50000 200000
python -m tests.bench.directory --ldap           50,000 entries from a slapd on loopback, by each library
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
        began, worked = time.perf_counter(), time.process_time()
        result, _ = check_exports(config, Path(folder) / "run", Silent())
        took, work = time.perf_counter() - began, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    affected = {
        f"{one.check.partition('.')[2]} {one.subject.name}": one.affected.count
        for one in result.findings
        if one.status in (Status.FAIL, Status.WARN) and one.affected
    }
    crashed = [one.message.text for one in result.findings if one.status is Status.ERROR]
    assert not crashed, crashed
    print(f"{took} {work} {peak}")
    for name, number in affected.items():
        print(f"   {name}: {number} rows")


def live(count):
    """From a server on loopback to findings; beside it ldapsearch, which judges nothing."""
    from tests.servers.slapd import SUFFIX, slapd  # noqa: PLC0415

    text = "".join(map(person, range(count)))
    text = text.replace("OU=Staff,DC=corp,DC=contoso,DC=com", SUFFIX)
    text = text.replace("objectClass: person\nobjectClass: organizationalPerson\n", "")
    text = text.replace("\ncn:", "\nobjectCategory: person\ncn:")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with slapd(folder, text) as port:
            command = ["ldapsearch", "-x", "-LLL", "-E", "pr=1000/noprompt", "-b", SUFFIX]
            command += ["-H", f"ldap://127.0.0.1:{port}", "(objectCategory=person)"]
            began = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            plain = time.perf_counter() - began
            print(f"ldapsearch alone: {plain:.2f} s")
            for library in ("libldap", "pure"):
                _live_by(library, port, folder, plain, count)


def _live_by(library, port, folder, plain, count):
    from scanner.sources.directory import live as module  # noqa: PLC0415
    from tests.servers.slapd import SUFFIX  # noqa: PLC0415

    find = module.importlib.import_module

    def only(name, *more):
        if name.startswith("scanner.sources.directory.") and not name.endswith(library):
            raise ImportError(name)
        return find(name, *more)

    module.importlib.import_module = only
    try:
        config = Config(
            domains=Domains(names=("contoso.com",)),
            directory=Directory(ldap=f"ldap://127.0.0.1:{port}", base=(SUFFIX,)),
        )
        began, worked = time.perf_counter(), time.process_time()
        result, _ = check_exports(config, folder / library, Silent())
        took, work = time.perf_counter() - began, time.process_time() - worked
    finally:
        module.importlib.import_module = find
    missing = [one.detail for one in result.coverage if one.state != "complete"]
    name = {"libldap": "python-ldap", "pure": "ldap3"}[library]
    print(
        f"{name}: {count} entries to findings in {took:.2f} s, {work:.2f} s of CPU"
        f" (ratio {took / plain:.1f})",
        *missing[:1],
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("objects", nargs="*", type=int, default=[50_000, 200_000])
    parser.add_argument("--check", nargs=2)
    parser.add_argument("--ldap", action="store_true")
    parser.add_argument("-v", action="store_true")
    arguments = parser.parse_args()
    if arguments.check:
        check(Path(arguments.check[0]), int(arguments.check[1]))
        return
    if arguments.ldap:
        live(50_000)
        return
    with tempfile.TemporaryDirectory() as folder:
        for count in arguments.objects:
            path = Path(folder) / "users.ldif"
            write(path, count)
            worked = time.process_time()
            assert plain_reader(path) == count
            plain = time.process_time() - worked
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
            took, work, peak = map(float, first.split())
            size = path.stat().st_size
            print(
                f"{count:>9} objects of {size / count:.0f} bytes: {took:6.2f} s, {work:6.2f} s of CPU,"
                f" {count / work:7.0f} objects per second of CPU, peak {peak:4.0f} MB;"
                f" a plain reader {count / plain:7.0f} (ratio {work / plain:.2f})"
            )
            if arguments.v:
                print(rest, end="")


if __name__ == "__main__":
    main()
