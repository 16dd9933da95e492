"""The parts of JSON objects that several commands share.

A command prints one object per input, `compare` one per candidate. docs/json.md lists
every object, its keys and their units.
"""

from pathlib import Path
from typing import Any

from siren_cli.metrics.psnr import bits_per_pixel
from siren_cli.pictures.picture import PictureFacts
from siren_cli.planning.lesson_quality import LessonQuality
from siren_cli.representation.header import Header, MosaicHeader, PyramidHeader

# The best quality of a pyramid.
MAX_QUALITY = 100

Result = dict[str, Any]


def opening(kind: str, source: Path, *, ok: bool = True) -> Result:
    """Return the keys with which every JSON object of an input begins."""
    return {"schema": 1, "type": kind, "ok": ok, "input": str(source)}


def head(kind: str, source: Path, facts: PictureFacts) -> Result:
    """Return the keys with which the result of a picture or its fit begins."""
    return {
        **opening(kind, source),
        "width": facts.width,
        "height": facts.height,
        "channels": facts.channels,
        "bit_depth": facts.stored_bits,
    }


def smallness(file_bytes: int | None, facts: PictureFacts) -> Result:
    """Return the size of a file, if there is one, in bytes and in bits per pixel."""
    if file_bytes is None:
        return {"bytes": None, "bpp": None}
    bpp = bits_per_pixel(file_bytes, facts.width, facts.height)
    return {"bytes": file_bytes, "bpp": round(bpp, 4)}


def rounded(psnr: float | None) -> float | None:
    """Return a PSNR in dB as objects hold it; None is a match."""
    return None if psnr is None else round(psnr, 4)


def quality(header: Header, file_bytes: int) -> Result:
    """Return the size of a .siren file, and how close its picture is to the original."""
    return {
        **smallness(file_bytes, header.facts),
        "psnr_db": rounded(header.psnr),
        "tone_mapped_psnr_db": rounded(header.tone_mapped_psnr),
        "identical": header.psnr is None,
    }


def lesson_results(learned: LessonQuality) -> Result:
    """Return how close a fit is to what else than values it was taught."""
    return {f"{name}_db": rounded(psnr) for name, psnr in learned._asdict().items()}


def parts(header: Header) -> Result:
    """Return what a fit is made of; what only the other kind has is None."""
    facts: Result = dict.fromkeys(("rows", "columns", "classes", "tiles", "grids", "networks"))
    if isinstance(header, MosaicHeader):
        facts["rows"], facts["columns"] = header.grid.y.cells, header.grid.x.cells
        facts["classes"] = header.classes.table()
    elif isinstance(header, PyramidHeader):
        facts["tiles"] = [header.shape.rows, header.shape.columns]
        facts["grids"] = len(header.shape.grids)
        facts["networks"] = {
            "synthesis": header.sizes.synthesis_layers,
            "context": header.sizes.context_layers,
        }
    return facts


def quality_setting(header: Header) -> float | None:
    """Return the quality that a pyramid was fitted with; None of a mosaic."""
    # A foreign file may hold anything in its settings.
    table = header.settings.get("pyramid") if isinstance(header, PyramidHeader) else None
    value: Any = table.get("quality") if isinstance(table, dict) else None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value <= MAX_QUALITY else None
