"""The formats of figures, known before matplotlib is loaded."""

from pathlib import Path

from siren_cli.errors import OutputError

FORMATS = ("png", "pdf", "svg", "jpg", "webp")


def figure_format(path: Path) -> str:
    """Return the format of a figure that is written to `path`, by its suffix.

    Raises:
        OutputError: There is none of that name.
    """
    form = path.suffix.lower().removeprefix(".").replace("jpeg", "jpg")
    if form not in FORMATS:
        raise OutputError(f"{path}: not one of .{', .'.join(FORMATS)}")
    return form
