"""How the rates of a pyramid's fit change from step to step."""

import math

# Learning rates rise over these first steps, and then fall along a cosine to this part.
WARM_UP_STEPS = 20
LAST_RATE = 1e-3
# A short fit rises over this part of its steps.
WARM_UP_SHARE = 0.25
# The temperature of soft rounding and the standard deviation of its noise, at the first and at
# the last step.
TEMPERATURES = (0.35, 0.08)
NOISES = (0.22, 0.15)
# Seconds that rounding and encoding take besides those for every pixel, on a slow machine.
ENDING_SECONDS = 3.0
ENDING_SECONDS_PER_PIXEL = 1.2e-5


def relative_rate(step: int, progress: float, steps: int) -> float:
    """Return the learning rates of a step over the highest ones.

    Args:
        step: Number of the step, from 0.
        progress: Share of the fit that is done.
        steps: Number of all steps.
    """
    falling = LAST_RATE + (1 - LAST_RATE) * 0.5 * (1 + math.cos(math.pi * progress))
    warm_up = max(1.0, min(WARM_UP_STEPS, WARM_UP_SHARE * steps))
    return falling * min(1.0, (step + 1) / warm_up)


def moved(ends: tuple[float, float], progress: float) -> float:
    """Return the value between two ends at a progress of [0, 1]."""
    return ends[0] + (ends[1] - ends[0]) * progress


def next_progress(progress: float, done: int, planned: int) -> float:
    """Return the progress after one more step.

    What is left is divided evenly, so a plan may change meanwhile, as the clock says.

    Args:
        progress: Share of the fit that is done.
        done: Steps so far, fewer than `planned`.
        planned: Number of all steps, as they are planned now.
    """
    return progress + (1 - progress) / (planned - done)


def ending_seconds(pixels: int) -> float:
    """Return about the seconds from the last step to the finished file."""
    return ENDING_SECONDS + ENDING_SECONDS_PER_PIXEL * pixels
