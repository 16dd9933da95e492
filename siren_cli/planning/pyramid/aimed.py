"""The plan of a pyramid whose networks are as wide as its goal asks for."""

from dataclasses import replace

from siren_cli.config import Config
from siren_cli.errors import UsageError
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.pyramid.file_size import least_bytes
from siren_cli.planning.pyramid.plan import PyramidPlan
from siren_cli.planning.pyramid.rate_control import goal_of, with_widths


def plan_pyramid(
    picture: PixelSource, config: Config, target_psnr: float | None
) -> PyramidPlan:
    """Return the plan for a picture.

    Args:
        picture: The picture.
        config: The settings.
        target_psnr: A goal in dB, or None.

    Raises:
        UsageError: The file cannot be as small as it should be.
    """
    plan = PyramidPlan(picture.facts, config)
    goal = goal_of(config, target_psnr)
    pyramid = with_widths(plan.pyramid, goal, picture.facts.pixels)
    plan = replace(plan, config=replace(config, pyramid=pyramid))
    least = least_bytes(plan.header(picture))
    if goal and goal.bytes is not None and goal.bytes < least:
        raise UsageError(
            f"--target-bytes {goal.bytes}: its smallest file has about {least} bytes"
        )
    return plan
