"""The facts of a candidate: how good and how small it is, by the keys of its JSON object."""

from pathlib import Path
from typing import Any, NamedTuple

from siren_cli import presets
from siren_cli.comparing.candidates import Candidate
from siren_cli.metrics.psnr import largest_error, psnr
from siren_cli.metrics.ssim import Similarity, similarity
from siren_cli.output.json_results import Result, head, smallness

PSNR_DIGITS = 4
SSIM_DIGITS = 6
SECONDS_DIGITS = 3


class _Closeness(NamedTuple):
    """How close a candidate is to the original.

    Attributes:
        psnr: PSNR in dB; None if the two are identical.
        similarity: SSIM and MS-SSIM, each None if the picture is too small for it.
        max_error: Largest difference of two stored values.
    """

    psnr: float | None
    similarity: Similarity
    max_error: int


def measured(path: Path, original: Path, candidate: Candidate) -> Result:
    """Return the facts of a candidate, its row in the tables.

    Args:
        path: The input that the candidate belongs to.
        original: The file of the original.
        candidate: The candidate.
    """
    closeness = _closeness(candidate)
    facts = candidate.original.facts
    if candidate.file_bytes is None:
        file_size: Result = {"bytes": None, "bpp": None}
    else:
        file_size = smallness(candidate.file_bytes, facts)
    return {
        **head("compare", path, facts),
        "original": str(original),
        "name": candidate.name,
        "kind": candidate.kind,
        **file_size,
        "psnr_db": _rounded(closeness.psnr, PSNR_DIGITS),
        "identical": closeness.psnr is None,
        "ssim": _rounded(closeness.similarity.ssim, SSIM_DIGITS),
        "ms_ssim": _rounded(closeness.similarity.ms_ssim, SSIM_DIGITS),
        "max_error": closeness.max_error,
        **_network_facts(candidate),
        "settings": candidate.settings,
        "render_seconds": _rounded(candidate.render_seconds, SECONDS_DIGITS),
        "fit_seconds": _rounded(candidate.fit_seconds, SECONDS_DIGITS),
        "notes": list(candidate.notes),
    }


def _closeness(candidate: Candidate) -> _Closeness:
    if candidate.kind == "original":
        return _Closeness(None, Similarity(None, None), 0)
    original, picture = candidate.original, candidate.picture
    return _Closeness(
        psnr(original, picture),
        similarity(original, picture),
        largest_error(original, picture),
    )


def _network_facts(candidate: Candidate) -> dict[str, Any]:
    if candidate.representation is None:
        return {"parameters": None, "preset": None, "activation": None}
    header = candidate.representation.header
    return {
        "parameters": header.parameters,
        "preset": presets.name_of(header.settings),
        "activation": header.stored_activation,
    }


def _rounded(number: float | None, digits: int) -> float | None:
    return None if number is None else round(float(number), digits)
