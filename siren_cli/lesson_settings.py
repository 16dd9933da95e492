"""Settings that another lesson than the values of all pixels needs, and those it excludes."""

from collections.abc import Iterable, Mapping
from typing import Any

from siren_cli.config import Config, NetworkConfig
from siren_cli.errors import UsageError
from siren_cli.supervision import GRADIENT, LAPLACIAN

# Frequencies of networks that learn derivatives alone, where nobody has set them, in cells of
# the usual size. High ones satisfy any derivative at the centers of the pixels, and are wrong
# between. With these a photograph of 256x256 pixels had 30 dB from its gradients and from its
# Laplacians; with those of the preset 22 dB from its gradients, and with frequencies of 14
# instead of 10, 24 dB from its Laplacians.
LOW_FREQUENCIES = {
    GRADIENT: {"first_omega_0": 6.0, "hidden_omega_0": 6.0},
    LAPLACIAN: {"first_omega_0": 10.0, "hidden_omega_0": 10.0},
}
# Side of the cells that these are measured with, in pixels.
USUAL_CELL_SIZE = NetworkConfig().cell_size


def low_frequencies(by: str, cell_size: int) -> dict[str, float]:
    """Return the frequencies of networks that learn derivatives alone.

    Args:
        by: What they learn; of values, the settings stay as they are.
        cell_size: Side of a cell in pixels, or 0. The first frequency is in proportion to it,
            so that waves are as long in pixels.
    """
    low = dict(LOW_FREQUENCIES.get(by, {}))
    if low and cell_size:
        low["first_omega_0"] *= cell_size / USUAL_CELL_SIZE
    return low


def for_lesson(
    config: Config, given: Iterable[Mapping[str, Any]], *, has_mask: bool = False
) -> Config:
    """Return settings that suit what is taught.

    Derivatives, and the pixels of a picture with holes, are taught as points, not as areas.

    Args:
        config: The settings of all sources.
        given: The tables of settings that a person has set, whose frequencies stay.
        has_mask: Whether a mask says which pixels are taught.
    """
    supervision = config.supervision
    if config.pyramid or not supervision.needs_lesson(has_mask=has_mask):
        return config
    if supervision.are_values_free:
        are_set = {key for tables in given for key in tables.get("network", {})}
        every = low_frequencies(supervision.by, config.network.cell_size)
        low = {key: value for key, value in every.items() if key not in are_set}
        config = config.updated({"network": low})
    return config.updated({"fit": {"area_share": 0.0}})


def check_lesson(config: Config, target_psnr: float | None, *, has_mask: bool) -> None:
    """Check that nothing contradicts what is taught.

    Args:
        config: The settings.
        target_psnr: A goal in dB, or None.
        has_mask: Whether a mask says which pixels are taught.

    Raises:
        UsageError: Something does.
    """
    if config.pyramid and has_mask:
        raise UsageError("--mask is of mosaics; a pyramid (--preset compact) has none")
    if config.supervision.by == LAPLACIAN and config.network.activation == "relu":
        raise UsageError("network.activation relu has no Laplacian that could be taught")
    if target_psnr is not None and config.supervision.needs_lesson(has_mask=has_mask):
        raise UsageError(
            "--target-psnr is about the values of all pixels, which --supervise, --mask and "
            "--keep-pixels do not teach"
        )


def check_divisible(config: Config, flag: str, *, has_mask: bool) -> None:
    """Check that cells can be trained by several runs or hosts, each some of them.

    Args:
        config: The settings.
        flag: What divides the cells, for the message.
        has_mask: Whether a mask says which pixels are taught.

    Raises:
        UsageError: They learn from each other.
    """
    if config.supervision.needs_neighbors(has_mask=has_mask):
        raise UsageError(
            f"{flag} trains cells apart, and those of --supervise gradient or laplacian, "
            "--mask or --keep-pixels learn from their neighbors"
        )
