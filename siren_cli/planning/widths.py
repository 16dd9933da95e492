"""Widths by cell: the bytes of a file go to the cells where they help most.

A wall and a tree do not need the same network. The error of a network is predicted from
the cell's pixels for every width that it may have (`difficulty`), and the bytes are dealt
out by these errors (`allocation`).
"""

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

from siren_cli.config import MAX_WIDTH, WIDTH_STEP, Config
from siren_cli.errors import UsageError
from siren_cli.metrics.psnr import mean_square
from siren_cli.model.layers import parameter_count
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.allocation import Choice, allocated, fewest_widths, least_budget
from siren_cli.planning.difficulty import predicted_errors
from siren_cli.planning.plan import FitPlan, plan_fit
from siren_cli.planning.survey import Survey, surveyed
from siren_cli.representation.cell_records import cell_bytes, weight_bytes
from siren_cli.representation.siren_file import largest_bytes
from siren_cli.representation.version_2 import class_bytes
from siren_cli.resources import Resources

# Widths that cells may have, divided by the usual one.
WIDTH_RATIOS = (0.27, 0.36, 0.55, 0.73, 1.0, 1.27, 1.64)
# Least width of a cell.
MIN_WIDTH = 8
# Bytes are filled up where a file would have a smaller share of those it may have.
MIN_SHARE_USED = 0.99
# A fit for a quality has networks that are predicted to be better by this, in decibels, so
# that it need not last much longer than usual.
PREDICTION_MARGIN_DB = 1.0


def plan_picture(
    picture: PixelSource,
    config: Config,
    resources: Resources,
    target_psnr: float | None = None,
    survey: Survey | None = None,
) -> FitPlan:
    """Return the plan for a picture, with widths by cell if the settings want them.

    Args:
        picture: The picture.
        config: The settings.
        resources: Devices and memory.
        target_psnr: A goal in dB, which may be reached in fewer bytes; or None.
        survey: What one reading of the picture has told; None reads it now.

    Raises:
        UsageError: The file cannot be as small as it should be.
    """
    if config.fit.area_share and (survey or surveyed(picture)).is_drawn:
        config = config.updated({"fit": {"area_share": 0.0}})
    plan = plan_fit(picture.facts, config, resources)
    plan = plan.with_held_pixels(picture.held_pixels)
    if config.fit.target_bytes:
        return with_target_bytes(plan, picture)
    if config.network.widths == "equal" or plan.grid.cells == 1:
        return plan
    (sizes,) = plan.classes.layer_sizes
    budget = plan.grid.cells * cell_bytes(sizes, plan.config.fit.dtype)
    choice = _choice(plan, picture, plan.usual_network.hidden_features)
    if target_psnr is not None:
        wanted = (
            mean_square(target_psnr + PREDICTION_MARGIN_DB)
            * picture.facts.pixels
            * picture.facts.channels
        )
        budget = least_budget(choice, budget, wanted)
    return _with_widths(plan, fewest_widths(choice, budget), budget)


def with_target_bytes(plan: FitPlan, picture: PixelSource) -> FitPlan:
    """Return a plan whose file has at most the bytes that the settings ask for.

    Raises:
        UsageError: Even the narrowest networks have more.
    """
    target, cells = plan.config.fit.target_bytes, plan.grid.cells
    equal = _widest_within(plan, picture, target)
    usual = equal.networks[0].hidden_features
    if cells == 1 or plan.config.network.widths == "equal" or usual == MAX_WIDTH:
        return equal
    choice = _choice(plan, picture, usual)
    # The header is longest where the cells have all of these widths.
    several = plan.with_classes(choice.widths, bytes(cells))
    budget = target - _other_bytes(several, picture)
    choice = fewest_widths(choice, budget)
    found = _stretched(_with_widths(plan, choice, budget), picture)
    used = largest_bytes(found.header(picture))
    return found if used >= MIN_SHARE_USED * target else _filled(found, picture)


def _widest_within(plan: FitPlan, picture: PixelSource, most_bytes: int) -> FitPlan:
    """Return the plan for the widest equal networks whose file is small enough."""

    def equal(width: int) -> FitPlan:
        return plan.with_classes([width], bytes(plan.grid.cells))

    def size(width: int) -> int:
        return largest_bytes(equal(width).header(picture))

    if size(1) > most_bytes:
        raise UsageError(
            f"--target-bytes {most_bytes}: its smallest file has {size(1)} bytes "
            "(larger cells have fewer: --set network.cell_size=128)"
        )
    return equal(bisect_right(range(1, MAX_WIDTH + 1), most_bytes, key=size))


def _filled(plan: FitPlan, picture: PixelSource) -> FitPlan:
    """Return a plan in which some of the widest cells are wider by a feature.

    They take the bytes that are left, which are too few for all cells of a class.
    """
    widths = [network.hidden_features for network in plan.networks]
    numbers, last = plan.classes.numbers, len(widths) - 1
    widest = np.flatnonzero(numbers == last)

    def wider(count: int) -> FitPlan:
        some = numbers.copy()
        some[widest[:count]] = last + 1
        return plan.with_classes([*widths, widths[last] + 1], some.tobytes())

    def size(count: int) -> int:
        return largest_bytes(wider(count).header(picture))

    counts = range(1, len(widest))
    if widths[last] == MAX_WIDTH or not counts:
        return plan
    fitting = bisect_right(counts, plan.config.fit.target_bytes, key=size)
    return wider(fitting) if fitting else plan


def _stretched(plan: FitPlan, picture: PixelSource) -> FitPlan:
    """Return a plan whose networks are wider by a few features, where bytes are left.

    A picture of few cells cannot use them up by cells of a wider class.
    """
    target = plan.config.fit.target_bytes
    widths = [network.hidden_features for network in plan.networks]

    def size(widths: Sequence[int]) -> int:
        wider = plan.with_classes(widths, plan.of_cells)
        return largest_bytes(wider.header(picture))

    for number in reversed(range(len(widths))):
        if size(widths) >= MIN_SHARE_USED * target:
            break
        before, after = widths[:number], widths[number + 1 :]
        wider = range(widths[number], after[0] if after else MAX_WIDTH + 1)
        fitting = bisect_right(wider, target, key=lambda width: size([*before, width, *after]))
        widths[number] = wider[fitting - 1]
    return plan.with_classes(widths, plan.of_cells)


def _other_bytes(plan: FitPlan, picture: PixelSource) -> int:
    """Return the bytes of a file besides its networks and their classes."""
    header = plan.header(picture)
    return largest_bytes(header) - weight_bytes(header) - class_bytes(header)


def _with_widths(plan: FitPlan, choice: Choice, budget: int) -> FitPlan:
    """Return the plan for the best widths of a choice."""
    numbers = allocated(choice, budget)
    used = np.unique(numbers)
    of_cells = np.searchsorted(used, numbers).astype(np.uint8).tobytes()
    return plan.with_classes([choice.widths[number] for number in used], of_cells)


def _choice(plan: FitPlan, picture: PixelSource, usual: int) -> Choice:
    """Return the widths that cells may have, around the usual one."""
    # They are multiples of a step, so that many pictures share their compiled steps.
    narrow = {usual} if usual < MIN_WIDTH else set()
    widths = sorted(narrow | {_width(usual * ratio) for ratio in WIDTH_RATIOS})
    sizes = [plan.sizes_of_width(width) for width in widths]
    parameters = [parameter_count(each) for each in sizes]
    return Choice(
        widths=tuple(widths),
        bytes=np.array([cell_bytes(each, plan.config.fit.dtype) for each in sizes]),
        errors=predicted_errors(picture, plan.grid, parameters),
    )


def _width(wanted: float) -> int:
    return min(MAX_WIDTH, max(MIN_WIDTH, WIDTH_STEP * round(wanted / WIDTH_STEP)))
