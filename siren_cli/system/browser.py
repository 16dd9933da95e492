"""Pages in the user's browser, and the folder where they are kept for a while."""

import hashlib
import os
import subprocess
import sys
import webbrowser
from contextlib import suppress
from pathlib import Path

import platformdirs

from siren_cli.errors import OutputError

# Most pages that are kept; each is a little larger than its .siren file.
KEPT_PAGES = 20


def page_path(source: Path) -> Path:
    """Return where the page of a file is kept, in a folder that is ours alone.

    Files of one name in several folders have pages of their own, and a file that is viewed
    again replaces its page.

    Raises:
        OutputError: The folder cannot be made.
    """
    folder = platformdirs.user_cache_path("siren", appauthor=False)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made: {error.strerror}") from error
    digest = hashlib.sha256(os.fsencode(source.absolute())).hexdigest()
    # Names in other alphabets stay; the longest that file systems take do not.
    return folder / f"{source.stem[:60]}-{digest[:8]}.html"


def forget_old_pages(folder: Path) -> None:
    """Remove all pages but those that were written last."""
    with suppress(OSError):  # another run removes them, too
        pages = sorted(folder.glob("*.html"), key=lambda page: page.stat().st_mtime)
        for page in pages[:-KEPT_PAGES]:
            page.unlink()


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
    """Open a page in the user's browser; return whether there is one.

    A process of its own opens it: it may take its time, and what it prints is not ours.
    """
    try:
        if not is_here():
            return False
        webbrowser.get()
        subprocess.Popen(
            [sys.executable, "-m", "webbrowser", page.as_uri()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (webbrowser.Error, OSError):
        return False
    return True
