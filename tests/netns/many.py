"""Several runs of `emsready probe` side by side: imports are paid once, then each run is a fork."""

import json
import os
import sys
from pathlib import Path

from scanner.cli.main import main as emsready
from scanner.probe import probe  # noqa: F401 - imported before the forks


def main(plan):
    children = []
    for one in json.loads(plan.read_text()):
        child = os.fork()
        if child == 0:
            os.environ.update(one["env"])
            code = 70
            try:
                code = emsready(one["argv"])
            finally:
                sys.stdout.flush()
                os._exit(code)
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    sys.stdout.write(json.dumps(codes))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
