"""`python -m scanner` is `emsready`."""

import sys

from scanner.cli.main import main

sys.exit(main())
