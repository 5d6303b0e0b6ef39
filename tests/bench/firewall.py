"""Reachability behind a real firewall, beside nmap and a plain epoll scan in the same run.

    python -m tests.bench.firewall [quick]

Everything runs in namespaces of its own: a client, a firewall with nftables, nginx behind it. The
probe does DNS-free lookups (a hosts file), three passes and TLS verification; nmap and the plain
scan only connect.
"""

import json
import re
import shutil
import sys
import tempfile
from pathlib import Path

from scanner.lab.authority import Authority
from tests.netns.outside import probe_command, run_rig

CASES = (
    (500, 0, "", 2.0),
    (500, 30, "", 10.0),
    (500, 100, "", 8.0),
    (500, 0, "iifname f0 tcp flags syn limit rate over 20/second burst 20 packets drop", 60.0),
    (5000, 30, "", 15.0),
)
NGINX = """daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.err;
events {{ worker_connections 8192; }}
http {{ access_log off; client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2;
 fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
 server {{ listen 443 ssl backlog=8192; ssl_certificate {folder}/good.pem;
  ssl_certificate_key {folder}/good.pem; return 204; }} }}
"""


def address(number):
    return f"100.{64 + number // 65536}.{number // 256 % 256}.{number % 256}"


def case(count, dropped, rule):
    folder = Path(tempfile.mkdtemp(prefix="emsready-bench-"))
    folder.chmod(0o755)
    authority = Authority("Bench Root")
    authority.issue(["*.bench.test"]).write(folder, "good")
    for name in ("public.pem", "machine.pem"):
        (folder / name).write_bytes(authority.root_pem())
    numbers = range(1, count + 1)
    dead = [address(one) for one in numbers if one * 37 % 100 < dropped]
    lines = [f"{address(one)} h{one}.bench.test" for one in numbers]
    (folder / "hosts").write_text("127.0.0.1 localhost\n" + "\n".join(lines) + "\n")
    (folder / "list").write_text("\n".join(address(one) for one in numbers))
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder))
    drops = f"  ip daddr {{ {', '.join(dead)} }} drop\n" if dead else ""
    text = "table inet t {\n chain f { type filter hook forward priority 0; policy accept;\n"
    text += f"  ct state established,related accept\n{drops}  {rule}\n }}\n}}\n"
    targets = [
        {"id": str(one), "kind": "tls", "host": f"h{one}.bench.test", "port": 443}
        for one in numbers
    ]
    probe = probe_command(folder, targets)
    measured = [sys.executable, "-m", "tests.bench.measured", *probe["argv"]]
    commands = [{"argv": measured, "env": probe["env"]}]
    commands.append(
        {"argv": [sys.executable, "-m", "tests.bench.plain_scan", str(folder / "list")]}
    )
    if shutil.which("nmap"):
        nmap = [
            "timeout",
            "90",
            "nmap",
            "-sT",
            "-T4",
            "-Pn",
            "-n",
            "--max-retries",
            "1",
            "-p",
            "443",
        ]
        commands.append({"argv": [*nmap, "-oG", "-", "-iL", str(folder / "list")]})
    nginx = ["nginx", "-c", str(folder / "nginx.conf")]
    found = run_rig(folder, {}, commands, rules=text, services=nginx, one_by_one=True)
    results = json.loads((folder / "targets.out").read_text())["results"]
    shutil.rmtree(folder)
    return found, results, len(dead)


def main():
    cases = CASES[:2] if "quick" in sys.argv else CASES
    heads = ("probe s", "cpu s", "target", "MB", "false", "plain s", "nmap s")
    print(f"{'case':<34}" + "".join(f"{one:>9}" for one in heads))
    for count, dropped, rule, target in cases:
        (probe, plain, *nmap), results, dead = case(count, dropped, rule)
        assert probe["code"] == 0, probe["err"]
        failed = sum(one["status"] == "fail" for one in results)
        measured = json.loads(probe["out"].splitlines()[-1])
        name = f"{count} x {dropped} %{' at 20 SYN/s' if rule else ''}"
        peer = f"{nmap[0]['seconds']:9.1f}" if nmap else "   (none)"
        print(
            f"{name:<34}{measured['seconds']:9.2f}{measured['cpu']:9.2f}{target:9.0f}{measured['mb']:9.0f}"
            f"{failed - dead:9d}{plain['seconds']:9.2f}{peer}  "
            f"ratio to plain {measured['seconds'] / plain['seconds']:.2f}"
            + (f", to nmap {measured['seconds'] / nmap[0]['seconds']:.2f}" if nmap else "")
        )
        if nmap:
            opened = len(re.findall(r"443/open", nmap[0]["out"]))
            print(
                f"{'':<34}found open: plain {plain['out'].strip()}, nmap {opened} of {count - dead}"
            )


if __name__ == "__main__":
    main()
