"""Runs inside fresh namespaces: a client, a firewall and the servers behind it; then the commands.

FOLDER/rig.json holds {"rules": nft text, "helpers": [[argv in fw]], "commands": [{"argv", "env"}]}.
Everything disappears with the process.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

SETUP = """
mount -t tmpfs none /run
mkdir -p /run/netns
ip netns add cli
ip netns add fw
ip netns add srv
ip link add c0 netns cli type veth peer name f0 netns fw
ip link add s0 netns srv type veth peer name f1 netns fw
ip -n cli addr add 10.77.1.2/24 dev c0
ip -n fw addr add 10.77.1.1/24 dev f0
ip -n fw addr add 198.51.100.1/24 dev f1
ip -n srv addr add 198.51.100.2/24 dev s0
ip -n srv addr add 198.51.100.53/24 dev s0
ip -n cli -6 addr add 2001:db8:c::2/64 dev c0 nodad
ip -n fw -6 addr add 2001:db8:c::1/64 dev f0 nodad
ip -n fw -6 addr add 2001:db8:5::1/64 dev f1 nodad
ip -n srv -6 addr add 2001:db8:5::2/64 dev s0 nodad
for n in cli fw srv; do ip -n $n link set lo up; done
ip -n cli link set c0 up
ip -n fw link set f0 up
ip -n fw link set f1 up
ip -n srv link set s0 up
ip -n cli route add default via 10.77.1.1
ip -n srv route add default via 198.51.100.1
ip -n cli -6 route add default via 2001:db8:c::1
ip -n srv -6 route add default via 2001:db8:5::1
ip -n fw route add 203.0.113.0/24 via 198.51.100.2
ip -n fw route add 100.64.0.0/12 via 198.51.100.2
ip -n fw -6 route add 2001:db8:f::/64 via 2001:db8:5::2
ip -n srv route add local 203.0.113.0/24 dev lo
ip -n srv route add local 100.64.0.0/12 dev lo
ip -n srv -6 route add local 2001:db8:f::/64 dev lo
ip netns exec fw sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
 net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
ip netns exec srv sysctl -qw net.core.somaxconn=8192 net.ipv6.ip_nonlocal_bind=1
"""


def main(folder):
    plan = json.loads((folder / "rig.json").read_text())
    subprocess.run(["sh", "-ec", SETUP], check=True)
    if plan.get("rules"):
        (folder / "rules.nft").write_text(plan["rules"])
        inside("fw", ["nft", "-f", str(folder / "rules.nft")], check=True)
    (folder / "resolv.conf").write_text("nameserver 198.51.100.53\noptions timeout:1\n")
    services = plan.get("services") or [sys.executable, "-m", "tests.netns.services", str(folder)]
    start("srv", services, folder)
    if plan.get("services"):
        wait_for_port(443, "srv")
    else:
        wait_for(folder / "ready")
    for helper in plan.get("helpers", ()):
        if "before" in helper:
            subprocess.run(["sh", "-ec", helper["before"]], check=True)
        start("fw", helper["argv"], folder)
        wait_for_port(helper["port"])
    running = ((time.monotonic(), run_client(folder, one)) for one in plan["commands"])
    results = []
    for began, process in running if plan.get("one_by_one") else list(running):
        out, err = process.communicate()
        seconds = time.monotonic() - began
        results.append(
            {"code": process.returncode, "out": out, "err": err[-4000:], "seconds": seconds}
        )
    (folder / "results.json").write_text(json.dumps(results))


def inside(space, argv, **more):
    more.setdefault("check", False)
    return subprocess.run(["ip", "netns", "exec", space, *argv], **more)  # noqa: PLW1510


def with_names(folder, argv):
    """The command, with the resolver of the rig in place of this machine's."""
    script = f"mount --bind {folder}/resolv.conf /etc/resolv.conf; "
    script += f'[ ! -f {folder}/hosts ] || mount --bind {folder}/hosts /etc/hosts; exec "$@"'
    return ["sh", "-c", script, "sh", *argv]


def start(space, argv, folder):
    with (folder / f"{Path(argv[0]).name}.log").open("ab") as log:
        whole = ["ip", "netns", "exec", space, *with_names(folder, argv)]
        subprocess.Popen(whole, stdout=log, stderr=log)


def run_client(folder, command):
    """Start a command of the client."""
    clean = {key: value for key, value in os.environ.items() if "proxy" not in key.lower()}
    return subprocess.Popen(
        ["ip", "netns", "exec", "cli", *with_names(folder, command["argv"])],
        env={**clean, **command.get("env", {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(path):
    end = time.monotonic() + 20
    while not path.exists():
        if time.monotonic() > end:
            raise SystemExit(f"{path.name} did not appear")
        time.sleep(0.02)


def wait_for_port(port, space="fw"):
    end = time.monotonic() + 15
    while time.monotonic() < end:
        listening = inside(
            space, ["ss", "-Hltn"], capture_output=True, text=True, check=False
        ).stdout
        if f":{port} " in listening:
            return
        time.sleep(0.05)
    raise SystemExit(f"nothing listens on {port}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
