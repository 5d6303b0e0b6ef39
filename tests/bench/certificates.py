"""200 healthy TLS endpoints, assessed in full: beside raw hellos only, sslyze and testssl.sh.

Run: python -m tests.bench.certificates [--endpoints 200] [--sslyze PROGRAM] [--testssl PROGRAM]

The peers are optional and not part of the project's environment (sslyze needs an older cryptography).
They get fewer endpoints and are compared per endpoint. Bar: 2 s and 60 MiB for 200.
"""

import argparse
import asyncio
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from scanner.config import read_config
from scanner.scan import Options, Parts, scan
from scanner.select import Selection
from scanner.sources.tls.conversation import Place, say
from scanner.sources.tls.hello import HELLOS
from tests.servers.pki import Pki, make
from tests.servers.tls import nginx

PEER_ENDPOINTS = 20
DAY = timedelta(days=1)


def name(number):
    return f"h{number}.bench.test"


def farm(folder, count):
    """Server blocks: one shared key, and a leaf and the intermediate each."""
    pki = Pki("Bench")
    (folder / "root.pem").write_bytes(pki.root.pem())
    blocks = []
    for number in range(count):
        leaf = make(name(number), pki.inter, names=(name(number),), kind="rsa2048", number=1)
        file = folder / f"{number}.pem"
        file.write_bytes(leaf.pem())
        (folder / "key.pem").write_bytes(leaf.key_pem())
        blocks.append(
            f"server {{ listen {{listen}} ssl; ssl_certificate {file}; ssl_certificate_key"
            f" {folder}/key.pem; ssl_protocols TLSv1.2 TLSv1.3;"
            "add_header Strict-Transport-Security max-age=31536000; location / { return 200; } }"
        )
    return blocks


def configuration(folder, ports):
    lines = ["[trust]", 'roots_file = "root.pem"', "[tenant.endpoints]"]
    lines += ['login = "https://127.0.0.1:9"', 'graph = "https://127.0.0.1:9"']
    for number, port in enumerate(ports):
        lines += ["[[hosts]]", f'name = "{name(number)}"', f'connect = "127.0.0.1:{port}"']
    file = folder / "emsready.toml"
    file.write_text("\n".join(lines))
    return file


def whole(config):
    """A scan with every certificate check; what it says besides passes and the inapplicable."""
    options = Options(Selection(("certificates",)), ())
    parts = Parts.load()
    start, used = time.perf_counter(), time.process_time()
    result = scan(read_config(config), parts, options, config.parent / "run")
    took, used = time.perf_counter() - start, time.process_time() - used
    bad = [one for one in result.findings if one.status in ("fail", "warn", "error")]
    return took, len(bad), used


def nothing(config):
    """The program with all its parts, before it looks at anything."""
    del config
    Parts.load()
    return 0.0, 0, 0.0


def hellos(config):
    """One hello to each endpoint, twenty at a time, and nothing made of the answers."""
    hosts = read_config(config).hosts

    async def run():
        slots = asyncio.Semaphore(20)

        async def one(host):
            address, _, port = host.connect.rpartition(":")
            async with slots:
                return await say(HELLOS["tls12"], host.name, Place((address, int(port))), 5)

        return await asyncio.gather(*(one(host) for host in hosts))

    start, used = time.perf_counter(), time.process_time()
    replies = asyncio.run(run())
    took, used = time.perf_counter() - start, time.process_time() - used
    return took, sum(not one.answered for one in replies), used


def child(what, config):
    took, bad, used = {"whole": whole, "hellos": hellos, "nothing": nothing}[what](config)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([took, bad, memory, used]))


def measured(what, config):
    """In a process of its own: seconds, what went wrong, MiB, and seconds of processor."""
    arguments = [sys.executable, "-m", "tests.bench.certificates", "--child", what, str(config)]
    return json.loads(subprocess.run(arguments, check=True, capture_output=True).stdout)


def sslyze(program, folder, ports):
    """Certificate, all protocol versions and their suites."""
    targets = folder / "targets.txt"
    pairs = list(enumerate(ports))[:PEER_ENDPOINTS]
    targets.write_text("".join(f"{name(one)}:{port}{{127.0.0.1}}\n" for one, port in pairs))
    versions = ["--sslv3", "--tlsv1", "--tlsv1_1", "--tlsv1_2", "--tlsv1_3"]
    arguments = [program, "--certinfo", *versions, "--targets_in", targets, "--quiet"]
    start = time.perf_counter()
    subprocess.run([*arguments, "--json_out", folder / "sslyze.json"], check=False)
    return (time.perf_counter() - start) / len(pairs)


def testssl(program, ports):
    """Server defaults of one endpoint."""
    arguments = [program, "-S", "--quiet", "--warnings", "off", "--ip", "127.0.0.1"]
    start = time.perf_counter()
    subprocess.run([*arguments, f"{name(0)}:{ports[0]}"], check=False, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--endpoints", type=int, default=200)
    parser.add_argument("--sslyze", default=shutil.which("sslyze"))
    parser.add_argument("--testssl", default=shutil.which("testssl") or shutil.which("testssl.sh"))
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        child(arguments.child[0], Path(arguments.child[1]))
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        with nginx(folder, farm(folder, arguments.endpoints)) as ports:
            compare(arguments, folder, ports)


def compare(arguments, folder, ports):
    config = configuration(folder, ports)
    count = f"{len(ports):>4} endpoints"
    _, _, idle, _ = measured("nothing", config)
    anchor, lost, _, used = measured("hellos", config)
    print(f"raw hellos only    {count} {anchor:6.2f} s, processor {used:.2f} s ({lost} lost)")
    took, bad, memory, used = measured("whole", config)
    print(f"emsready, in full  {count} {took:6.2f} s, processor {used:.2f} s ({bad} bad)")
    print(f"  {took / anchor:.1f} times the raw hellos; bar for 200: 2 s")
    print(f"  {memory:.0f} MiB, of which {idle:.0f} are the program before it looks at anything")
    each = took / len(ports)
    if arguments.sslyze:
        peer = sslyze(arguments.sslyze, folder, ports)
        print(f"sslyze             {peer:.3f} s an endpoint: {peer / each:.0f} times ours")
    if arguments.testssl:
        peer = testssl(arguments.testssl, ports)
        print(f"testssl.sh -S      {peer:.1f} s an endpoint: {peer / each:.0f} times ours")


if __name__ == "__main__":
    main()
