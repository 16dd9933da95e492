"""`siren view` without the command line: a picture opens in the browser."""

import time
from pathlib import Path

from siren_cli.commands.export import export
from siren_cli.commands.export_options import ExportOptions
from siren_cli.errors import BusyError
from siren_cli.output.json_results import Result
from siren_cli.system import browser, files

# The kind of file that browsers open.
PAGE = "html"
# Longest time that another run is awaited that writes the same page, in seconds.
MOST_WAIT = 30.0


def view(file: Path, *, with_browser: bool) -> Result:
    """Write the page of a .siren file, and open it.

    Args:
        file: The file.
        with_browser: Whether the page is opened, if there is a browser.

    Raises:
        RepresentationError: The file cannot be read.
        UsageError: A page cannot hold it.
        OutputError: The page cannot be written.
    """
    start = time.perf_counter()
    page = browser.page_path(Path("stdin") if file == files.STDIN else file)
    options = ExportOptions(form=PAGE, output=page, force=True)
    result = _exported(file, options)
    browser.forget_old_pages(page)
    return {
        **result,
        "type": "view",
        "opened": with_browser and browser.opened(page),
        "seconds": round(time.perf_counter() - start, 3),
    }


def _exported(file: Path, options: ExportOptions) -> Result:
    """Export a file, if need be after another run that writes the same page.

    Two clicks in a file manager start two runs.
    """
    start = time.monotonic()
    while True:
        try:
            return export(file, options)
        except BusyError:
            if time.monotonic() - start > MOST_WAIT:
                raise
            time.sleep(0.1)
