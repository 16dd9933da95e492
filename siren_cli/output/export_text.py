"""Exported files as people read them: a line for each."""

from collections.abc import Mapping
from typing import Any

from siren_cli.system.files import bytes_text


def export_line(result: Mapping[str, Any]) -> str:
    """Return the one line that sums up an export."""
    return (
        f"{result['input']} -> {result['output']}  {bytes_text(result['bytes'])}  "
        f"{result['seconds']:.2f} s"
    )


def view_line(result: Mapping[str, Any]) -> str:
    """Return the one line that says where a page is, and whether a browser shows it."""
    what = "opened in the browser" if result["opened"] else "open it in a browser"
    return f"{result['input']} -> {result['output']}  {bytes_text(result['bytes'])}  {what}"
