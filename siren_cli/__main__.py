"""Start the command line: `siren` and `python -m siren_cli`."""

import os
import sys
from contextlib import suppress


def main() -> None:
    """Run the command line and exit with the code that `errors` documents."""
    _open_closed_streams()
    try:
        from siren_cli import exits
        from siren_cli.cli import app
    except KeyboardInterrupt:
        sys.exit("siren: interrupted")
    code = exits.run(app, sys.argv[1:])
    if "tensorflow" in sys.modules:
        # Its threads take up to a second to end, and all that we write is written.
        with suppress(OSError, ValueError):  # a full disk: the code says it
            sys.stdout.flush()
        os._exit(code)
    sys.exit(code)


def _open_closed_streams() -> None:
    # Started with `2>&-`, the next file we open would become stderr.
    for descriptor, mode in ((0, os.O_RDONLY), (1, os.O_WRONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, mode)
            if descriptor == 1:
                sys.stdout = open(1, "w", encoding="utf-8")  # noqa: SIM115 - for good


if __name__ == "__main__":
    main()
