"""What a step is done with: the picture and some numbers."""

from typing import Any, NamedTuple

from siren_cli.training.pyramid.objective import Tiles


class Picture(NamedTuple):
    """What is learned.

    Attributes:
        tiles: The tiles of each replica.
        sides: Rows and columns of pixels, shape (2,).
    """

    tiles: tuple[Tiles, ...]
    sides: Any


class Places(NamedTuple):
    """Whole numbers of a step.

    Attributes:
        count: Number of this and all earlier steps.
        noise: Place of the first latent's noise in its bank.
        noises: Latents after which noise repeats.
    """

    count: Any
    noise: Any
    noises: Any


class Factors(NamedTuple):
    """Numbers of a step.

    Attributes:
        temperature: That of soft rounding.
        noise: Standard deviation of the noise, in latents.
        learning_rate: That of the latents.
        beta_1_power: Adam's first decay to the power of the number of steps.
        beta_2_power: Its second decay, likewise.
        error_weight: Weight of the sum of squared errors.
        bit_weight: Weight of a bit.
    """

    temperature: Any
    noise: Any
    learning_rate: Any
    beta_1_power: Any
    beta_2_power: Any
    error_weight: Any
    bit_weight: Any
