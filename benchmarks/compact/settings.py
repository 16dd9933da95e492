"""What a fit is made with."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """The settings of one fit.

    Attributes:
        rate_weight: Lambda of the loss, mean squared error of [0, 1] + lambda x bits per pixel.
        steps: Number of steps; each sees the whole picture.
        hidden_features: Width of the network that makes colors.
        context_features: Width of the network that predicts latents.
        latent_rate: Learning rate of the latents.
        network_rate: Learning rate of both networks.
        rate_every: The bits are counted in every step of this number, and then weigh as often.
        seed: Seed of the first weights and of the noise.
    """

    rate_weight: float
    steps: int = 2000
    hidden_features: int = 16
    context_features: int = 16
    latent_rate: float = 0.025
    network_rate: float = 0.03
    rate_every: int = 2
    seed: int = 0


# Learning rates rise over these first steps, and then fall along a cosine to this part.
WARM_UP_STEPS = 20
LAST_RATE = 1e-3
# Soft rounding and its noise, at the first and at the last step.
TEMPERATURES = (0.35, 0.08)
NOISES = (0.22, 0.15)
# Longest gradient of the networks.
LONGEST_GRADIENT = 0.1


def moved(ends: tuple[float, float], progress: float) -> float:
    """Return the value between two ends at a progress of [0, 1]."""
    return ends[0] + (ends[1] - ends[0]) * progress
