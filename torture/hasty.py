"""Siren that keeps an unfinished fit ten times a second: `python -m torture.hasty ...`."""

from siren_cli.__main__ import main
from siren_cli.planning import checkpoint_file

if __name__ == "__main__":
    checkpoint_file.SECONDS_BETWEEN, checkpoint_file.LARGEST_SHARE = 0.1, 1.0
    main()
