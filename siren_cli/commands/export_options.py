"""The options of `siren export`."""

from dataclasses import dataclass
from pathlib import Path

from siren_cli.errors import UsageError
from siren_cli.exporting import kinds
from siren_cli.system import files
from siren_cli.system.destination import Destination


@dataclass(frozen=True)
class ExportOptions:
    """The options of `siren export`.

    Attributes:
        form: Name of the kind of file, or None for that of the output's suffix.
        gradient: Whether the file can say the gradient, too.
        output: The file to write; None is beside the .siren file, or in `out_dir`.
        out_dir: A folder for the results, or None.
        force: Whether files that exist are overwritten.

    Raises:
        UsageError: Some make no sense, alone or together.
    """

    form: str | None = None
    gradient: bool = False
    output: Path | None = None
    out_dir: Path | None = None
    force: bool = False

    def __post_init__(self) -> None:
        if self.output and self.out_dir:
            raise UsageError("--output and --out-dir name two places")
        if self.form is not None:
            kinds.check_kind(self.form)

    def destination(self, file: Path) -> Destination:
        """Return where the export of a file goes."""
        suffix = f".{self.form or kinds.USUAL}"
        path = files.result_path(file, suffix, self.output, self.out_dir)
        return Destination(path, self.force)
