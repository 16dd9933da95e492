"""`siren export` without the command line: a file becomes one of another kind."""

import time
from pathlib import Path

from siren_cli.commands.export_options import ExportOptions
from siren_cli.errors import UsageError, prefixed
from siren_cli.exporting import kinds
from siren_cli.exporting.kinds import KINDS, Export
from siren_cli.output.json_results import Result, head
from siren_cli.representation import siren_file
from siren_cli.system import files
from siren_cli.system.destination import Destination


def export(file: Path, options: ExportOptions) -> Result:
    """Export a .siren file.

    Raises:
        UsageError: The kind cannot hold this file, or is none.
        RepresentationError: The file cannot be read.
        OutputError: The result cannot be written.
        ResourceError: The extra of the kind is missing.
    """
    start = time.perf_counter()
    with siren_file.opened(file) as opened:
        destination = options.destination(file)
        destination.check(file)
        form = options.form or _form(destination)
        kind = KINDS[form]
        if options.gradient and not kind.has_gradient:
            raise UsageError(f"--gradient is for {_names_with_gradient()}, not {form}")
        header = opened.header
        with prefixed(file):
            kinds.check_holds(form, header)
        name = "stdin" if file == files.STDIN else file.stem
        content = kind.content(Export(name, opened.read_whole(), options.gradient))
    destination.save_locked(content)
    return {
        **head("export", file, header.facts),
        "output": str(destination.path),
        "format": form,
        "bytes": len(content),
        "seconds": round(time.perf_counter() - start, 3),
        "notes": kind.losses(header),
    }


def _form(destination: Destination) -> str:
    """Return the kind of file that a destination names."""
    if destination.is_stdout:
        return kinds.USUAL
    return kinds.kind_name(destination.path)


def _names_with_gradient() -> str:
    return ", ".join(name for name, kind in KINDS.items() if kind.has_gradient)
