"""`python -m engine` -> the same as the command `coupler`."""

import sys

from engine.cli import start

if __name__ == "__main__":
    sys.exit(start())
