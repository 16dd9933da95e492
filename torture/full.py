"""Siren that can write no file beyond a size: `python -m torture.full BYTES ...`."""

import resource
import sys

from siren_cli.__main__ import main
from siren_cli.planning import checkpoint_file

if __name__ == "__main__":
    most = int(sys.argv.pop(1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    checkpoint_file.SECONDS_BETWEEN, checkpoint_file.LARGEST_SHARE = 0.1, 1.0
    main()
