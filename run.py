"""Set everything up in .venv beside this file, then run a command of emsready in it.

    python3 run.py demo      scan the built-in sample organisation and write its report
    python3 run.py test      run the tests; further words go to pytest
    python3 run.py lint      the checks that every change has to pass
    python3 run.py ...       any command of emsready, such as: python3 run.py scan contoso.com

Needs Python 3.11 or newer and nothing else; this file itself is also read by older ones, so that
they can say what is missing.
"""

import hashlib
import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)
HERE = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(HERE, ".venv")
RUNTIME = "requirements.lock"
DEVELOPMENT = "requirements-dev.lock"
LINT = (
    ["ruff", "format", "--check", "."],
    ["ruff", "check", "."],
    ["mypy"],
    ["lint-imports"],
)


class SetUpError(Exception):
    """Something that the person in front of the screen has to do first."""


def main(words):
    """Run the command and return its exit code."""
    command = words[0] if words else "--help"
    if command in ("-h", "--help"):
        print(__doc__)
        return 0
    if sys.version_info < OLDEST:
        return newer_python(words)
    try:
        set_up(DEVELOPMENT if command in ("test", "lint") else RUNTIME)
    except SetUpError as error:
        print("run.py: {}".format(error), file=sys.stderr)
        return 2
    if command == "test":
        return run([program("python"), "-m", "pytest"] + words[1:], cwd=HERE)
    if command == "lint":
        return max([run([program(line[0])] + line[1:], cwd=HERE) for line in LINT])
    return run([program("emsready")] + words)


def newer_python(words):
    """Hand over to a newer Python where there is one; else say what to install."""
    for minor in range(14, OLDEST[1] - 1, -1):
        found = shutil.which("python3.{}".format(minor))
        if found:
            return run([found, os.path.abspath(__file__)] + words)
    print(
        "run.py: this is Python {}.{}, but emsready needs {}.{} or newer.\n  {}".format(
            sys.version_info[0], sys.version_info[1], OLDEST[0], OLDEST[1], advice("python3")
        ),
        file=sys.stderr,
    )
    return 2


def advice(package):
    """How to get Python, or its venv module, on this kind of system."""
    if sys.platform == "darwin":
        return "Install it with `brew install python` or from python.org."
    if os.name == "nt":
        return "Install it with `winget install Python.Python.3.13` or from python.org."
    if shutil.which("apt-get"):
        return "Install it with `sudo apt-get install {}`.".format(package)
    if shutil.which("dnf"):
        return "Install it with `sudo dnf install python3`."
    if shutil.which("zypper"):
        return "Install it with `sudo zypper install python311`."
    return "Install it with the package tool of this system, or from python.org."


def set_up(lock):
    """Make .venv and install what the lock file pins, unless that has been done already.

    Raises SetUpError saying what to do.
    """
    stamp = os.path.join(VENV, "emsready-{}.stamp".format(lock))
    wanted = fingerprint(lock)
    if read(stamp) == wanted and os.path.exists(program("emsready")):
        return
    if not has_pip():
        make_venv()
    print("run.py: installing into .venv; this takes a minute the first time", file=sys.stderr)
    pip = [program("python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    steps = (
        pip + ["--require-hashes", "-r", os.path.join(HERE, lock)],
        pip + ["--no-deps", "--no-build-isolation", "--editable", HERE],
    )
    for step in steps:
        if run(step) != 0:
            raise SetUpError(
                "pip could not install what emsready needs; its message stands above.\n"
                "  Behind a proxy, set HTTPS_PROXY; behind one that inspects TLS, also PIP_CERT to "
                "a PEM file with its root. Then run the same command again."
            )
    with open(stamp, "w", encoding="utf-8") as file:
        file.write(wanted)


def make_venv():
    """Make a fresh .venv. Raises SetUpError where this Python cannot."""
    done = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", VENV],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode != 0:
        package = "python{}.{}-venv".format(*sys.version_info[:2])
        raise SetUpError(
            "this Python cannot make a virtual environment (its venv module is missing).\n"
            "  {}\n  What it said: {}".format(
                advice(package), done.stdout.decode(errors="replace").strip()[-400:]
            )
        )


def fingerprint(lock):
    """What .venv was made from: the lock, our own metadata, the place, and this Python."""
    parts = [
        sys.version,
        HERE,
        read(os.path.join(HERE, lock)),
        read(os.path.join(HERE, "pyproject.toml")),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def program(name):
    """The path of a program in .venv."""
    if os.name == "nt":
        return os.path.join(VENV, "Scripts", name + ".exe")
    return os.path.join(VENV, "bin", name)


def has_pip():
    """Whether .venv has a Python that starts, with pip; one made by uv gets its pip here."""
    python = program("python")
    if not os.path.exists(python):
        return False
    return quietly([python, "-m", "pip", "--version"]) or quietly([python, "-m", "ensurepip"])


def quietly(command):
    """Whether a program ends well; nothing of it is shown."""
    try:
        return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def run(command, **options):
    """Run a program with our terminal and return its exit code; Ctrl-C is its to answer."""
    with subprocess.Popen(command, **options) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue


def read(path):
    """The text of a file, empty where there is none."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
