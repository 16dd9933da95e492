"""`siren view`: where the page is kept, and when a browser is started."""

import os
import sys
import time

import pytest

from siren_cli.system import browser
from tests.helpers.commands import finish, objects, siren, start
from tests.helpers.representations import make_representation, save_representation

VARIABLES = (
    *("BROWSER", "DISPLAY", "SSH_CONNECTION", "SSH_TTY", "WAYLAND_DISPLAY"),
    "XDG_CACHE_HOME",
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    save_representation(tmp_path / "a.siren", make_representation(6, 8))
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")
    return tmp_path


def test_the_page_is_that_of_export(folder):
    siren(folder, "export", "a.siren", "-o", "a.html")
    (result,) = objects(siren(folder, "view", "a.siren", "--json"))
    with open(result["output"], "rb") as page:
        assert page.read() == (folder / "a.html").read_bytes()
    assert not result["opened"]
    assert result["output"].startswith(f"{folder}/")


def test_only_the_user_reads_the_folder_of_pages(folder):
    siren(folder, "view", "a.siren", "--no-open")
    (page,) = folder.rglob("*.html")
    assert page.parent.stat().st_mode & 0o077 == 0


def test_a_file_that_is_viewed_again_replaces_its_page(folder):
    (folder / "other").mkdir()
    save_representation(folder / "other" / "a.siren", make_representation(8, 6))
    for name in ("a.siren", "a.siren", "other/a.siren"):
        assert siren(folder, "view", name, "--no-open").code == 0
    assert len(list(folder.rglob("*.html"))) == 2


def test_old_pages_are_forgotten(folder):
    kept = folder / "kept"
    kept.mkdir()
    for number in range(browser.KEPT_PAGES + 3):
        page = kept / f"a-{number:08x}.html"
        page.touch()
        os.utime(page, (number, number))
    first = kept / "a-00000000.html"
    for name in ("mine.html", "of-ours.html"):
        (kept / name).touch()
        os.utime(kept / name, (0, 0))
    (kept / "folder-00000000.html").mkdir()
    browser.forget_old_pages(first)
    left = {page.name for page in kept.iterdir()}
    assert {"mine.html", "of-ours.html", "folder-00000000.html", first.name} < left
    assert len(left) == browser.KEPT_PAGES + 3


@pytest.mark.parametrize(
    ("variables", "here"),
    [
        ({}, False),
        ({"DISPLAY": ":0"}, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
        ({"DISPLAY": ":10", "SSH_CONNECTION": "1 2 3 4"}, False),
        ({"SSH_TTY": "/dev/pts/1", "BROWSER": "code"}, True),
    ],
)
def test_a_browser_is_started_where_its_user_is(folder, monkeypatch, variables, here):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert browser.is_here() == here


def test_the_browser_of_the_user_gets_the_page_and_is_not_waited_for(folder):
    script = folder / "browser"
    (folder / "seen").touch()
    script.write_text(f'#!/bin/sh\necho chatter\nprintf %s "$1" > "{folder}/seen"\nsleep 9\n')
    script.chmod(0o755)
    # It would be imported instead of Python's own.
    (folder / "webbrowser.py").write_text('raise SystemExit("foreign code")\n')
    began = time.monotonic()
    run = finish(start(folder, "view", "a.siren", BROWSER=str(script)))
    assert run.code == 0
    expected = f"file://{run.out.decode().strip()}"
    while (folder / "seen").read_text() != expected:
        assert time.monotonic() < began + 30
        time.sleep(0.02)
    assert time.monotonic() < began + 9


@pytest.mark.parametrize("program", ["", " ", "no 'words", "/missing/browser"])
def test_without_a_browser_the_path_is_printed(folder, program):
    run = siren(folder, "view", "a.siren", BROWSER=program)
    assert run.code == 0
    assert run.err[0].endswith("open it in a browser")
    assert os.path.isfile(run.out.decode().strip())
