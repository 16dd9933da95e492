"""The facts of a candidate: how good and how small it is, by the keys of its JSON object."""

from pathlib import Path

from siren_cli import presets
from siren_cli.comparing.candidates import Candidate
from siren_cli.metrics.psnr import largest_error, psnr
from siren_cli.metrics.ssim import Similarity, similarity
from siren_cli.output.json_results import Result, head, smallness
from siren_cli.pictures.picture import Picture
from siren_cli.pictures.shown import shown
from siren_cli.planning.lesson_quality import LessonQuality

# Decimals that are kept of PSNR in dB.
PSNR_DIGITS = 4
# Decimals that are kept of SSIM and MS-SSIM.
SSIM_DIGITS = 6
# Decimals that are kept of seconds.
SECONDS_DIGITS = 3


def candidate_row(path: Path, original: Path, candidate: Candidate) -> Result:
    """Return the facts of a candidate, its row in the tables.

    Args:
        path: The input that the candidate belongs to.
        original: The file of the original.
        candidate: The candidate.
    """
    facts = candidate.original.facts
    return {
        **head("compare", path, facts),
        "original": str(original),
        "name": candidate.name,
        "kind": candidate.kind,
        **smallness(candidate.file_bytes, facts),
        **_closeness(candidate),
        **_derivative_closeness(candidate),
        **_network_facts(candidate),
        "settings": candidate.settings,
        "render_seconds": _rounded(candidate.render_seconds, SECONDS_DIGITS),
        "fit_seconds": _rounded(candidate.fit_seconds, SECONDS_DIGITS),
        "notes": list(candidate.notes),
    }


def _closeness(candidate: Candidate) -> Result:
    """Return how close a candidate is to the original; nothing is measured of that itself."""
    original, picture = candidate.original, candidate.picture
    itself = candidate.kind == "original"
    decibels = None if itself else psnr(original, picture)
    alike = Similarity(None, None) if itself else similarity(original, picture)
    return {
        "psnr_db": _rounded(decibels, PSNR_DIGITS),
        "identical": decibels is None,
        "tone_mapped_psnr_db": _tone_mapped(original, picture, itself=itself),
        "ssim": _rounded(alike.ssim, SSIM_DIGITS),
        "ms_ssim": _rounded(alike.ms_ssim, SSIM_DIGITS),
        "max_error": 0 if itself else largest_error(original, picture),
    }


def _derivative_closeness(candidate: Candidate) -> Result:
    learned = candidate.learned or LessonQuality()
    return {
        "gradient_psnr_db": _rounded(learned.gradient_psnr, PSNR_DIGITS),
        "laplacian_psnr_db": _rounded(learned.laplacian_psnr, PSNR_DIGITS),
    }


def _tone_mapped(original: Picture, picture: Picture, *, itself: bool) -> float | None:
    """Return the PSNR of light as 8 bits show it, in dB; None of other pictures."""
    mapping = original.facts.mapping
    if itself or mapping is None or not mapping.is_light:
        return None
    return _rounded(psnr(shown(original), shown(picture)), PSNR_DIGITS)


def _network_facts(candidate: Candidate) -> Result:
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
