"""The preset compact against codecs: bytes at the same quality, and quality between pixels."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.command import run_siren
from benchmarks.pictures import Resampling, even, halved, resized
from benchmarks.plan import Plan, Row
from siren_cli.comparing.codec_search import matched_psnr
from siren_cli.metrics.psnr import bits_per_pixel, psnr
from siren_cli.pictures.codecs import named_codec
from siren_cli.pictures.formats import WRITTEN
from siren_cli.pictures.picture import LOW_BIT_DEPTH, Picture
from siren_cli.pictures.reading.reader import read_picture
from siren_cli.pictures.writing.writer import picture_file

# Qualities that reach about 30, 35 and 40 dB on photographs.
QUALITIES = (22, 53, 77)
# That of the fits of half-size pictures, which are drawn at twice their size.
HALF_QUALITY = 83
CODECS = ("webp", "avif")


def measure(plan: Plan) -> Iterator[Row]:
    """Yield a row for each quality and picture, then one for each half-size picture."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for quality in QUALITIES:
            for path in plan.pictures:
                row = _fit(path, quality, folder)
                yield {"kind": "compact", "picture": path.name, "quality": quality, **row}
        for path in plan.pictures if plan.half else []:
            yield {"kind": "compact half", "picture": path.name, **_half(path, folder)}


def _fit(path: Path, quality: int, folder: Path) -> Row:
    file = folder / "fit.siren"
    flags = ("--preset", "compact", "--quality", quality, "-o", file, "-f")
    command, facts = run_siren("fit", path.resolve(), *flags)
    drawing, _ = run_siren("render", file, "-o", folder / "drawn.png", "-f")
    return {
        "psnr": facts["psnr_db"],
        "bpp": facts["bpp"],
        "fit_seconds": facts["fit_seconds"],
        "command_seconds": command.seconds,
        "peak_bytes": command.peak_bytes,
        "render_seconds": drawing.seconds,
        **_codecs(read_picture(path), facts["psnr_db"]),
    }


def _codecs(picture: Picture, least_psnr: float) -> Row:
    """Return the bits per pixel of each codec at a quality."""
    facts = picture.facts
    return {
        name: bits_per_pixel(len(encoded.content), facts.width, facts.height)
        for name in CODECS
        for encoded in [matched_psnr(picture, named_codec(name), least_psnr)]
    }


def _half(path: Path, folder: Path) -> Row:
    original = even(read_picture(path))
    half, facts = halved(original), original.facts
    small, drawn = folder / "half.png", folder / "drawn.png"
    small.write_bytes(picture_file(half.source(), WRITTEN["png"], LOW_BIT_DEPTH))
    file = folder / "half.siren"
    _, fit = run_siren("fit", small, "--preset", "compact", "--quality", HALF_QUALITY, "-f")
    run_siren("render", file, "--size", f"{facts.width}x{facts.height}", "-o", drawn, "-f")
    enlarged = resized(half, facts.height, facts.width, Resampling.BICUBIC)
    return {
        "own_psnr": fit["psnr_db"],
        "bpp": fit["bpp"],
        "psnr": psnr(original, read_picture(drawn)),
        "bicubic": psnr(original, enlarged),
    }
