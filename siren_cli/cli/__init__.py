"""The command line: flags in, one call, results out. Nobody else imports Typer.

Imports: `commands` and the rooms below it; at the top of a module nothing that is slow
to load, because `siren --help` should answer at once.
"""

# The order of these names is the order of the commands in `siren --help`.
from siren_cli.cli import compare, fit, query, render, info, doctor, zoom  # isort: skip
from siren_cli.cli.app import app

__all__ = ["app", "compare", "doctor", "fit", "info", "query", "render", "zoom"]
