"""The manual page says what the help says, and `man` shows it."""

import shutil
import subprocess

import pytest

from scripts import manual


def test_the_manual_page_has_the_help_of_today():
    assert manual.PAGE.read_text(encoding="utf-8") == manual.page(), "make manual"


def test_the_manual_page_is_formatted_without_a_warning():
    if not (groff := shutil.which("groff")):
        pytest.skip("there is no groff")
    command = [groff, "-man", "-Tutf8", "-ww", manual.PAGE]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stderr == ""
    assert "find . -name '*.png' -print0 | siren fit --files-from - -0\n" in done.stdout
