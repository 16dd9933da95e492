"""What `siren info` does, without the command line."""

from pathlib import Path

from siren_cli.output.json_results import Result, head, quality
from siren_cli.representation import siren_file
from siren_cli.system import files


def info(file: Path, *, verify: bool = False) -> Result:
    """Return what a .siren file says of itself.

    Args:
        file: The file.
        verify: Read it as a whole, too, and check every digest.
    """
    header = siren_file.load(file).header if verify else siren_file.load_header(file)
    return {
        **head("info", file, header.facts),
        "color": header.facts.color,
        **quality(header, files.file_bytes(file)),
        "rows": header.grid.y.cells,
        "columns": header.grid.x.cells,
        "layers": list(header.layer_sizes),
        "activation": header.stored_activation,
        "dtype": header.dtype,
        "parameters": header.parameters,
        "epochs": header.epochs,
        "icc_bytes": header.icc_bytes,
        "tool": header.tool,
        "settings": header.settings,
        **({"verified": True} if verify else {}),
    }
