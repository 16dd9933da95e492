"""Siren that can write no file beyond a size: `python -m torture.full BYTES ...`."""

import resource
import sys

from siren_cli import keeper
from siren_cli.__main__ import main

if __name__ == "__main__":
    most = int(sys.argv.pop(1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    keeper.SECONDS_BETWEEN, keeper.LARGEST_SHARE = 0.1, 1.0
    main()
