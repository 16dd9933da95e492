"""A Chromium of this system, and pages in it that watch for errors and requests."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from siren_cli.exporting.page import page as exported
from siren_cli.representation.representation import Representation
from tests.browser.seen import FUNCTION, NEAR

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
# No sandbox, for tests may run as root; the graphics of a processor; and no talk of its own.
FLAGS = (
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Ways of a page to draw, by what follows its address.
RENDERERS = {"WebGL2": "", "JavaScript": "?renderer=javascript"}
SIZE = {"width": 340, "height": 320}

# Opens a page: of a representation, or of bytes, drawn by JavaScript or WebGL2.
Open = Callable[..., Any]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    found = [path for path in map(shutil.which, NAMES) if path]
    if not found:
        pytest.skip(f"none of {', '.join(NAMES)} is on PATH")
    with api.sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=found[0], args=FLAGS)


@pytest.fixture
def tab(browser: Any) -> Iterator[Any]:
    """An empty page; a test fails where a script had an error or a request left the page."""
    context = browser.new_context(viewport=SIZE, reduced_motion="reduce")
    found = context.new_page()
    errors: list[str] = []
    found.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    found.on("pageerror", lambda error: errors.append(str(error)))
    found.on("request", lambda request: errors.extend(_foreign(request.url)))
    found.errors = errors
    yield found
    context.close()
    assert errors == []


def _foreign(address: str) -> list[str]:
    """Return an address that is no part of the page."""
    return [] if address.startswith(("file:", "blob:null/", "data:")) else [address]


@pytest.fixture
def open_page(tab: Any, tmp_path: Path) -> Open:
    """Return a function that opens the page of a function, and waits until it is sharp."""

    def opened(function: Representation, renderer: str = "WebGL2", at: str = "") -> Any:
        path = tmp_path / "photo.html"
        path.write_bytes(exported.content("photo", function))
        tab.goto(f"{path.as_uri()}{RENDERERS[renderer]}{at}")
        tab.evaluate("siren.ready")
        assert tab.evaluate("siren.renderer.name") == renderer
        return tab

    return opened


@pytest.fixture
def near(open_page: Open) -> Any:
    """A page that shows a part of its picture."""
    page = open_page(FUNCTION)
    page.evaluate("view => siren.setView(view)", NEAR)
    return page
