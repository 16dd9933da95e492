"""Start the command line: `siren` and `python -m siren_cli`."""

import gc
import os
import signal
import sys
import time
from contextlib import suppress


def main() -> None:
    """Run the command line and exit with the code that `errors` documents."""
    # `--time-limit` counts from here.
    started = time.monotonic()
    # NumPy reads these when it is first imported, which is after this. Bands are drawn in
    # threads of our own, each of which does its products on one core.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("VECLIB_MAXIMUM_THREADS", "1")
    # TensorFlow imports Keras when it is imported, which takes a quarter of its start and
    # is of no use here. With this it looks for an older package, which it may do without.
    os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
    # TensorFlow's import makes a quarter of a million objects that stay. Python would look for
    # garbage every 700 of them, which takes a sixth of the import.
    gc.set_threshold(10_000)
    # In the hundredths of a second before this, while Python itself starts, Ctrl-C gets
    # Python's answer. In the next few the system ends the process without a word.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    _open_closed_streams()
    from siren_cli.system import signals

    signals.handle()
    from siren_cli.cli.run import run

    code = run(sys.argv[1:], started)
    with suppress(OSError, ValueError):  # the disk is full, which the code says
        sys.stdout.flush()
    # Everything is written. TensorFlow's threads would take up to a second to end, and
    # Python answers signals by itself again while it ends.
    os._exit(code)


def _open_closed_streams() -> None:
    # Started with `2>&-`, the next file that is opened would become stderr.
    for descriptor, mode in ((0, os.O_RDONLY), (1, os.O_WRONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, mode)
            if descriptor == 1:
                sys.stdout = open(1, "w", encoding="utf-8")  # noqa: SIM115 - for good


if __name__ == "__main__":
    main()
