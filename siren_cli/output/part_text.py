"""Parts of fits as people read them: a line for each, and one for all of them joined."""

from collections.abc import Mapping
from typing import Any

from siren_cli.output.text import counted, quality_text
from siren_cli.system.files import bytes_text


def part_line(result: Mapping[str, Any]) -> str:
    """Return the one line that sums up a fit of some rows of cells."""
    return (
        f"{result['input']} -> {result['output']}  {result['width']}x{result['height']}  "
        f"part {result['part']}, {counted(result['rows'], 'row')} of cells  "
        f"{bytes_text(result['bytes'])}  {counted(result['epochs'], 'epoch')}  "
        f"{result['fit_seconds']:.1f} s, in all {result['seconds']:.1f} s"
    )


def join_line(result: Mapping[str, Any]) -> str:
    """Return the one line that sums up the joining of parts."""
    return (
        f"{counted(result['parts'], 'part')} -> {result['output']}  "
        f"{result['width']}x{result['height']}  "
        f"{bytes_text(result['bytes'])} ({result['bpp']:.2f} bpp)  "
        f"{quality_text(result)}  {result['seconds']:.2f} s"
    )
