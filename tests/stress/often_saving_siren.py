"""Siren that saves an unfinished fit ten times a second, as a program.

`python -m tests.stress.often_saving_siren ARGUMENTS...`
"""

from siren_cli.__main__ import main
from siren_cli.planning import state_file

# Time between two saves of an unfinished fit.
SECONDS_BETWEEN_SAVES = 0.1


def save_often() -> None:
    """Let this process save an unfinished fit often, however long a save takes."""
    state_file.SECONDS_BETWEEN_SAVES = SECONDS_BETWEEN_SAVES
    state_file.MAX_TIME_SHARE = 1.0


if __name__ == "__main__":
    save_often()
    main()
