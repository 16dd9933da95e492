"""What `siren render` was told."""

from dataclasses import dataclass
from pathlib import Path

from siren_cli.errors import UsageError
from siren_cli.pictures.formats import Format, format_for, named_format
from siren_cli.pictures.picture import BIT_DEPTHS
from siren_cli.rendering.drawing import IMAGE, WHATS, View
from siren_cli.rendering.geometry import Size
from siren_cli.rendering.parsing import parse_region, parse_size
from siren_cli.system import files

MAX_SUPERSAMPLE = 64


@dataclass(frozen=True)
class RenderOptions:
    """What `siren render` was told.

    Attributes:
        size: As in `sizes.parse_size`; None is the region's own.
        region: As in `sizes.parse_region`; None is the whole picture.
        stretch: Allow another aspect.
        extrapolate: Allow what lies beyond the picture's edges.
        what: The picture, its gradient or its Laplacian.
        supersample: Samples of a pixel along each axis; None is enough to shrink well.
        linear_light: Average light when shrinking, not stored values.
        depth: Bits of a stored value, 8 or 16; None is the picture's own.
        raw: Write the function's own values, not clipped.
        form: Name of the format, or None for that of the output's suffix.
        output: Where to write; None is beside the .siren file, or in `out_dir`.
        out_dir: A folder for the results, or None.
        force: Overwrite what is there.
        yes_huge: Draw more than a gigapixel.

    Raises:
        UsageError: Some make no sense, alone or together.
    """

    size: str | None = None
    region: str | None = None
    stretch: bool = False
    extrapolate: bool = False
    what: str = IMAGE
    supersample: int | None = None
    linear_light: bool = False
    depth: int | None = None
    raw: bool = False
    form: str | None = None
    output: Path | None = None
    out_dir: Path | None = None
    force: bool = False
    yes_huge: bool = False

    def __post_init__(self) -> None:
        if self.depth not in (None, *BIT_DEPTHS):
            raise UsageError(f"--depth {self.depth}: not 8 or 16")
        if self.what not in WHATS:
            raise UsageError(f"--what {self.what}: not one of {', '.join(WHATS)}")
        if self.supersample is not None and not 1 <= self.supersample <= MAX_SUPERSAMPLE:
            raise UsageError(
                f"--supersample {self.supersample}: not between 1 and {MAX_SUPERSAMPLE}"
            )
        if self.linear_light and self.what != IMAGE:
            raise UsageError("--linear-light is about pictures, not about their derivatives")
        if self.linear_light and self.raw:
            raise UsageError("--raw writes the function's own values, which are no light")
        if self.output and self.out_dir:
            raise UsageError("--output and --out-dir name two places")
        if self.form is not None:
            named_format(self.form)

    def view_of(self, own: Size) -> View:
        """Return what is drawn of a picture of that size.

        Raises:
            UsageError: It has no such region, or cannot be drawn at such a size.
        """
        region = parse_region(self.region, own, extrapolate=self.extrapolate)
        size = parse_size(self.size, region, stretch=self.stretch)
        return View(region, size, self.supersample, self.linear_light, self.what)

    def output_for(self, file: Path, view: View) -> Path:
        """Return where a drawing goes: the view is in its name, where it is not named."""
        if self.output is not None:
            return self.output
        if file == files.STDIN and self.out_dir is None:
            return files.STDOUT
        parts = [] if self.region is None else [view.region]
        kinds = [] if self.what == IMAGE else [self.what]
        name = ".".join(map(str, [*parts, *kinds, view.size, self.form or "png"]))
        stem = Path("stdin.siren") if file == files.STDIN else file
        output = files.beside(stem, f".{name}")
        return output if self.out_dir is None else self.out_dir / output.name

    def format_for(self, output: Path) -> Format:
        """Return the format of a drawing.

        Raises:
            OutputError: The output's suffix names none.
            UsageError: It cannot hold what is to be written.
        """
        if self.form is not None:
            form = named_format(self.form)
        else:
            form = named_format("png") if output == files.STDOUT else format_for(output)
        if self.raw and not form.floats:
            raise UsageError("--raw writes NumPy's .npy; name one by -o, or --format npy")
        return form
