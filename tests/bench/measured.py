"""Runs a command and prints its wall time, processor time and peak memory as JSON."""

import json
import resource
import subprocess
import sys
import time

began = time.monotonic()
done = subprocess.run(sys.argv[1:], check=False)
seconds = time.monotonic() - began
used = resource.getrusage(resource.RUSAGE_CHILDREN)
cpu = used.ru_utime + used.ru_stime
found = {"seconds": round(seconds, 2), "cpu": round(cpu, 2), "mb": round(used.ru_maxrss / 1024)}
print(json.dumps(found))
sys.exit(done.returncode)
