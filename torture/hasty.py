"""Siren that keeps an unfinished fit ten times a second: `python -m torture.hasty ...`."""

from siren_cli import keeper
from siren_cli.__main__ import main

if __name__ == "__main__":
    keeper.SECONDS_BETWEEN, keeper.LARGEST_SHARE = 0.1, 1.0
    main()
