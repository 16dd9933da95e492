"""The command line: flags in, one call, results out.

Only Typer and our errors are imported at the top: `siren --help` should answer
before a person looks up.
"""

from siren_cli.cli import compare, fit, query, render, views, zoom
from siren_cli.cli.app import app

__all__ = ["app", "compare", "fit", "query", "render", "views", "zoom"]
