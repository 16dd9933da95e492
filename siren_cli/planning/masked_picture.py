"""A picture of which some pixels are not taught: its holes.

What is in a hole must not decide anything of a fit. So nothing of a fit sees it: planning and
training have the picture with its holes painted over.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from siren_cli.config import Config
from siren_cli.errors import UsageError
from siren_cli.model.grid import make_grid
from siren_cli.pictures.masks import Mask, check_mask, mask_digest
from siren_cli.pictures.picture import Picture, PictureFacts
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.fit_psnr import Fit, with_psnr
from siren_cli.planning.lesson import check_tied


@dataclass(frozen=True, eq=False)
class MaskedPicture:
    """A picture, and what a fit may see of it.

    Attributes:
        whole: The picture, by which a fit is judged.
        seen: The picture with its holes painted over.
        known: The pixels that are taught, shape (height, width); None is all of them.
    """

    whole: PixelSource
    seen: PixelSource
    known: Mask | None = None


def masked_picture(
    picture: PixelSource, config: Config, mask: Mask | None = None, name: str = "mask"
) -> MaskedPicture:
    """Return a picture as its fit is taught it.

    Args:
        picture: The picture, which is in memory where the settings want anything else than
            the values of all its pixels.
        config: The settings.
        mask: The pixels that are taught, True; None is all of them.
        name: What messages call the mask.

    Raises:
        UsageError: The mask does not suit the picture, the picture is a single pixel, or too
            many cells would be trained together.
    """
    facts, supervision, has_mask = picture.facts, config.supervision, mask is not None
    if supervision.needs_lesson(has_mask=has_mask) and facts.pixels == 1:
        raise UsageError("a picture of one pixel has neither derivatives nor holes")
    if mask is not None:
        check_mask(mask, facts, name)
    if supervision.tie_weight and supervision.needs_neighbors(has_mask=has_mask):
        network = config.network
        cells = make_grid(facts.height, facts.width, network.cell_size, network.margin).cells
        check_tied(cells)
    known = _kept(mask, facts, config)
    if known is None:
        return MaskedPicture(picture, picture)
    if not isinstance(picture, Picture):
        raise TypeError("a picture with holes must be in memory")
    changes = (
        picture.changes if mask is None else {**picture.changes, "mask": mask_digest(mask)}
    )
    return MaskedPicture(picture, _painted(picture, known, changes), known)


def judged(picture: MaskedPicture, representation: Fit) -> Fit:
    """Return a fit of a picture with its PSNR over the whole picture, its holes included.

    Raises:
        DivergedError: The weights cannot be drawn.
    """
    return representation if picture.known is None else with_psnr(picture.whole, representation)


def _kept(mask: Mask | None, facts: PictureFacts, config: Config) -> Mask | None:
    """Return the pixels that are taught: at random a share of those of the mask."""
    share = config.supervision.keep_pixels
    if share == 1.0:
        return mask
    known = np.ones((facts.height, facts.width), np.bool_) if mask is None else mask
    places = np.flatnonzero(known)
    # However large the share is, something is left out.
    count = max(1, min(round(share * len(places)), len(places) - 1))
    drawn = np.random.default_rng(config.fit.seed).random(len(places))
    kept = np.zeros(known.size, np.bool_)
    kept[places[np.argsort(drawn, kind="stable")[:count]]] = True
    return kept.reshape(known.shape)


def _painted(picture: Picture, known: Mask, changes: Mapping[str, Any]) -> Picture:
    """Return a picture whose holes have the mean color of the other pixels."""
    mean = picture.pixels[known].mean(axis=0, dtype=np.float64).astype(np.float32)
    return replace(
        picture, pixels=np.where(known[..., None], picture.pixels, mean), changes=changes
    )
