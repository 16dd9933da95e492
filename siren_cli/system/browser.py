"""Pages in the user's browser, and the folder where they are kept for a while."""

import hashlib
import os
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import platformdirs

from siren_cli.errors import OutputError

# Most pages that are kept; each is a little larger than its .siren file.
KEPT_PAGES = 20
# Time after which a browser that says nothing is taken to be open, in seconds.
PATIENCE_SECONDS = 1.0
# Opens a page, and fails where there is no browser.
_OPEN = "import sys, webbrowser; sys.exit(not webbrowser.open(sys.argv[1]))"
# The names of pages, as `page_path` makes them.
_PAGE_NAME = re.compile(r".*-[0-9a-f]{8}\.html", re.DOTALL)


def page_path(source: Path) -> Path:
    """Return where the page of a file is kept, in a folder that is ours alone.

    Files of one name in several folders have pages of their own, and a file that is viewed
    again replaces its page.

    Raises:
        OutputError: The folder cannot be made.
    """
    try:
        folder = platformdirs.user_cache_path("siren", appauthor=False)
    except RuntimeError as error:
        raise OutputError("there is no home folder for the page; siren export -o") from error
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made: {error.strerror}") from error
    digest = hashlib.sha256(os.fsencode(source.absolute())).hexdigest()
    # Names in other alphabets stay; the longest that file systems take do not.
    return folder / f"{source.stem[:60]}-{digest[:8]}.html"


def forget_old_pages(page: Path) -> None:
    """Remove the pages beside a page that were written long ago, and nothing else."""
    written = {}
    for other in page.parent.glob("*.html"):
        with suppress(OSError):  # another run removes them, too
            if _PAGE_NAME.fullmatch(other.name) and other.is_file() and other != page:
                written[other] = other.lstat().st_mtime
    newest_first = sorted(written, key=lambda each: written[each], reverse=True)
    for old in newest_first[KEPT_PAGES - 1 :]:
        with suppress(OSError):
            old.unlink()


def is_here() -> bool:
    """Return whether this process can open a browser where its user sees it.

    Over ssh it would open at the other end, or not at all. A browser of the terminal, such as
    lynx, shows no pictures.
    """
    if os.environ.get("BROWSER"):
        return True
    if os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"):
        return False
    has_own_screen = sys.platform in ("darwin", "win32")
    return has_own_screen or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))


def opened(page: Path) -> bool:
    """Open a page in the user's browser; return whether that worked, as far as is known soon.

    A process of its own opens it: a browser may take its time, and what it prints is not ours.
    """
    if not is_here():
        return False
    try:
        process = subprocess.Popen(
            # -I: Python files of the current folder are not ours.
            [sys.executable, "-I", "-c", _OPEN, page.as_uri()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    try:
        return process.wait(PATIENCE_SECONDS) == 0
    except subprocess.TimeoutExpired:
        process.returncode = 0  # Python would warn that nobody waits for it
        return True
