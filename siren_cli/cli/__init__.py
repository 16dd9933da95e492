"""The command line: flags in, one call, results out. No other room imports Typer.

Most rooms are imported inside functions, because `siren --help` should answer at once.

Imports: the root, `system`, `hosts`, `pictures`, `representation`, `rendering`, `exporting`,
`planning`, `output`, `comparing`, `commands`.
"""

# The order of these names is the order of the commands in `siren --help`.
from siren_cli.cli import fit, blend, join, render, view, zoom, query  # isort: skip
from siren_cli.cli import compare, export, info, doctor  # isort: skip
from siren_cli.cli.app import app

__all__ = [
    "app",
    "blend",
    "compare",
    "doctor",
    "export",
    "fit",
    "info",
    "join",
    "query",
    "render",
    "view",
    "zoom",
]
