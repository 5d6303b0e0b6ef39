"""Real servers that tests start: finding the program, starting it, and waiting until it answers."""

import contextlib
import os
import shutil
import socket
import subprocess
import time

import pytest


def need(program):
    """The path of that program. Without it the test is skipped, but in CI it fails."""
    found = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if found:
        return found
    reason = f"{program} is not installed"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
    return None


def free_port(kind=socket.SOCK_STREAM):
    """A port on 127.0.0.1 that nobody listens on right now."""
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def wait_for_port(port, *, seconds=10.0, process=None):
    """Wait until something accepts connections there."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process is not None and process.poll() is not None:
            raise AssertionError(f"{process.args[0]} ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise AssertionError(f"nothing listens on port {port}")


@contextlib.contextmanager
def running(arguments, *, port=None, seconds=10.0, **options):
    """A server process that ends with the block; waits for its TCP port where one is named."""
    options.setdefault("stdout", subprocess.DEVNULL)
    options.setdefault("stderr", subprocess.DEVNULL)
    with subprocess.Popen([str(one) for one in arguments], **options) as process:
        try:
            if port is not None:
                wait_for_port(port, seconds=seconds, process=process)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
