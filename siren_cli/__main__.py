"""Start the command line: `siren` and `python -m siren_cli`."""

import os
import signal
import sys
from contextlib import suppress


def main() -> None:
    """Run the command line and exit with the code that `errors` documents."""
    # Our reach begins here. In the hundredths of a second before, while Python itself
    # starts, Ctrl-C gets Python's answer; and in the next few, the system's: silence.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    _open_closed_streams()
    from siren_cli.system import signals

    signals.handle()
    from siren_cli.cli.run import run

    code = run(sys.argv[1:])
    with suppress(OSError, ValueError):  # a full disk: the code says it
        sys.stdout.flush()
    # All that we write is written. TensorFlow's threads would take up to a second to
    # end, and Python answers signals by itself again while it ends.
    os._exit(code)


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
