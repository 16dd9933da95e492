"""Pictures of mapped values as they are shown in 8 bits: light tone-mapped, numbers scaled."""

import numpy as np

from siren_cli.pictures.bands import filled
from siren_cli.pictures.conversion import premultiplied
from siren_cli.pictures.picture import LOW_BIT_DEPTH, Picture
from siren_cli.pictures.stored_values import stored


def shown(picture: Picture) -> Picture:
    """Return a picture as a file of 8 bits shows it, without any other exposure."""
    held = stored(picture.source(), LOW_BIT_DEPTH, 0.0, as_light=False)
    facts = held.facts
    empty = np.empty((facts.height, facts.width, facts.channels), np.uint8)
    whole = filled(empty, lambda rows: held.block(rows, slice(0, facts.width)))
    return Picture(premultiplied(whole), facts, held.icc_profile)
