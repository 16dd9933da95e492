"""The options of `siren render`."""

from dataclasses import dataclass
from pathlib import Path

from siren_cli.errors import UsageError
from siren_cli.pictures.background import color_digits
from siren_cli.pictures.formats import named_format
from siren_cli.pictures.picture import BIT_DEPTHS, FLOAT_BITS
from siren_cli.rendering.view import Quantity

# Most samples of a pixel along each axis.
MAX_SUPERSAMPLE = 64
# Most stops that a picture is brightened or darkened by.
MAX_EXPOSURE = 64


@dataclass(frozen=True)
class RenderOptions:
    """The options of `siren render`.

    Attributes:
        size: As in `parsing.parse_size`; None is the region's own.
        region: As in `parsing.parse_region`; None is the whole picture.
        stretch: Whether another aspect is allowed.
        extrapolate: Whether a region beyond the picture's edges is allowed.
        what: The picture, its gradient or its Laplacian.
        supersample: Samples of a pixel along each axis; None is enough to shrink well.
        linear_light: Whether shrinking averages light instead of stored values.
        depth: Bits of a stored value, 8, 16 or 32; None is the picture's own.
        exposure: Stops by which light, or numbers, are brightened for 8 and 16 bits.
        background: A color that a transparent picture is laid over, or None.
        raw: Whether the function's own values are written, not clipped.
        form: Name of the format, or None for that of the output's suffix.
        output: The file to write; None is beside the .siren file, or in `out_dir`.
        out_dir: A folder for the results, or None.
        force: Whether files that exist are overwritten.
        yes_huge: Whether more than a gigapixel is drawn.

    Raises:
        UsageError: Some make no sense, alone or together.
    """

    size: str | None = None
    region: str | None = None
    stretch: bool = False
    extrapolate: bool = False
    what: str = Quantity.IMAGE
    supersample: int | None = None
    linear_light: bool = False
    depth: int | None = None
    exposure: float = 0.0
    background: str | None = None
    raw: bool = False
    form: str | None = None
    output: Path | None = None
    out_dir: Path | None = None
    force: bool = False
    yes_huge: bool = False

    def __post_init__(self) -> None:
        if self.depth not in (None, *BIT_DEPTHS, FLOAT_BITS):
            raise UsageError(f"--depth {self.depth}: not 8, 16 or 32")
        if not abs(self.exposure) <= MAX_EXPOSURE:
            raise UsageError(
                f"--exposure {self.exposure:g}: not between -{MAX_EXPOSURE} and {MAX_EXPOSURE}"
            )
        if self.background is not None:
            color_digits(self.background, "--background")
        if self.what not in list(Quantity):
            raise UsageError(f"--what {self.what}: not one of {', '.join(Quantity)}")
        if self.supersample is not None and not 1 <= self.supersample <= MAX_SUPERSAMPLE:
            raise UsageError(
                f"--supersample {self.supersample}: not between 1 and {MAX_SUPERSAMPLE}"
            )
        if self.linear_light and self.what != Quantity.IMAGE:
            raise UsageError("--linear-light is about pictures, not about their derivatives")
        if self.linear_light and self.raw:
            raise UsageError("--raw writes the function's own values, which are no light")
        if self.output and self.out_dir:
            raise UsageError("--output and --out-dir name two places")
        if self.form is not None:
            named_format(self.form)
