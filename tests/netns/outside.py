"""Starting the rig from a test: as root, or without by way of a user namespace."""

import functools
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.servers.parts import need

ROOT = Path(__file__).parents[2]
_CANDIDATES = (["unshare", "-nmp"], ["unshare", "-Urnmp"])
_REST = ["--fork", "--kill-child", "--mount-proc"]


@functools.cache
def way_in():
    """The command that makes the namespaces here, or None where neither way is open."""
    if shutil.which("unshare") is None:
        return None
    for one in _CANDIDATES:
        tried = subprocess.run([*one, *_REST, "true"], capture_output=True, check=False)
        if tried.returncode == 0:
            return [*one, *_REST]
    return None


def run_rig(folder, hosts, commands, *, rules="", helpers=(), way=None, **plan):
    """Build, run the commands in the client's namespace, and return what each gave."""
    for program in ("ip", "nft"):
        need(program)
    way = way or way_in()
    if way is None:
        pytest.skip(
            "network namespaces cannot be made here: unshare -nm and unshare -Urnm both fail"
        )
    (folder / "hosts.json").write_text(json.dumps(hosts))
    plan |= {"rules": rules, "helpers": list(helpers), "commands": commands}
    (folder / "rig.json").write_text(json.dumps(plan))
    environment = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
    done = subprocess.run(
        [*way, sys.executable, "-m", "tests.netns.rig", str(folder)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads((folder / "results.json").read_text())


def side_by_side(base, runs):
    """Several rigs at once, each in a folder of its own: they mostly wait."""

    def one(name):
        folder = base / name
        folder.mkdir()
        return name, runs[name](folder)

    with ThreadPoolExecutor(len(runs)) as pool:
        return dict(pool.map(one, runs))


def probe_command(folder, targets, name="targets", **env):
    """A command that probes those targets; its results are written to FOLDER/name.out."""
    path = folder / f"{name}.json"
    path.write_text(json.dumps(targets))
    argv = [sys.executable, "-m", "scanner", "probe", "--targets", str(path)]
    argv += ["--out", str(folder / f"{name}.out")]
    known = {
        "SSL_CERT_FILE": str(folder / "machine.pem"),
        "SSL_CERT_DIR": str(folder / "nothing"),
        "EMSREADY_PUBLIC_ROOTS": str(folder / "public.pem"),
    }
    return {"argv": argv, "env": {**known, **env}}


def many_probes(folder, runs):
    """One command for several runs of `emsready probe`: name -> (environment, targets)."""
    plan = []
    for name, (environment, targets) in runs.items():
        one = probe_command(folder, targets, name, **environment)
        plan.append({"argv": one["argv"][3:], "env": one["env"]})
    path = folder / "many.json"
    path.write_text(json.dumps(plan))
    return {"argv": [sys.executable, "-m", "tests.netns.many", str(path)]}


def verdicts(folder, name="targets"):
    """{target id: (status, reason)} of that command."""
    results = json.loads((folder / f"{name}.out").read_text())["results"]
    return {one["target"]: one for one in results}
