"""The plan of a fit: everything that follows from a picture and the settings.

It is made without TensorFlow, for equal cells at first (`widths` makes it one for cells
of several widths). The estimate, the fit and the file's header all
read it, so that none of them derives grid, network or batches again.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from siren_cli.config import Config, NetworkConfig
from siren_cli.model.cell_classes import CellClasses
from siren_cli.model.grid import PIXEL_POINTS, Grid, learned_coordinates, make_grid
from siren_cli.model.layers import layer_sizes
from siren_cli.pictures.picture import PictureFacts
from siren_cli.pictures.stream import PixelSource
from siren_cli.planning.common_header import common_facts
from siren_cli.planning.lesson import Lesson, Teaching, check_tied
from siren_cli.representation.header import MosaicHeader
from siren_cli.resources import Resources

# The widest vector registers hold this many float32, so batches are multiples of it.
BATCH_MULTIPLE = 16
# Wider networks learn at lower rates: a network of this many features more has its rate
# divided by e. It was measured in cells of 64 pixels ...
RATE_FEATURES = 60.0
# ... for widths in this range, beyond which the rate stays.
RATE_WIDTHS = (8, 112)


@dataclass(frozen=True)
class Batching:
    """How the points of a cell are dealt into batches.

    Attributes:
        points: Points of a cell.
        steps: Batches, and so optimizer steps, of an epoch.
        batch_points: Points of every batch. `steps * batch_points` is `points` rounded
            up; the few places left over are filled from the epoch's first batch.
    """

    points: int
    steps: int
    batch_points: int


def make_batching(points: int, wanted: int, min_steps: int, replicas: int = 1) -> Batching:
    """Return how `points` are dealt evenly into batches of about `wanted` points.

    Batches are smaller where an epoch would have less than `min_steps` of them, but
    have at least sixteen points. `replicas` that share the points of each batch get as
    many of them, in fours.
    """
    multiple = math.lcm(BATCH_MULTIPLE, PIXEL_POINTS * replicas)
    largest = max(multiple, min(wanted, points // min_steps))
    steps = math.ceil(points / (largest - largest % multiple))
    batch_points = multiple * math.ceil(points / steps / multiple)
    return Batching(points, steps, batch_points)


@dataclass(frozen=True)
class FitPlan:
    """How one picture will be fitted.

    Attributes:
        facts: Size, channels and depth of the picture.
        config: The settings, with which the file says how it was made.
        grid: The division of the picture into cells.
        networks: The network of each class of cells.
        of_cells: The number of each cell's class, a byte each, cells row by row.
        group_cells: Most cells that are trained at the same time. It decides how much
            memory the fit takes, and not its result.
        replicas: Devices that share the cells of a group, or the points of the single
            network.
        held_pixels: Most pixels of the picture that are in memory at a time.
        lesson: What is taught instead of the values of all pixels, or None.
    """

    facts: PictureFacts
    config: Config
    grid: Grid
    networks: tuple[NetworkConfig, ...]
    of_cells: bytes
    group_cells: int
    replicas: int
    held_pixels: int
    lesson: Lesson | None = field(default=None, repr=False)

    @cached_property
    def batching(self) -> Batching:
        """How the points of a cell, its margins included, are dealt into batches."""
        y, x = learned_coordinates(self.taught_grid)
        fit, points = self.config.fit, len(y) * len(x)
        if self.is_whole:
            return Batching(points, 1, points)
        return make_batching(points, fit.batch_points, fit.min_steps, self.point_replicas)

    @property
    def point_replicas(self) -> int:
        """Devices that share the points of each batch; those of a mosaic share its cells."""
        return self.replicas if self.config.network.cell_size == 0 else 1

    @property
    def cell_replicas(self) -> int:
        """Devices that share the cells of a group."""
        return self.replicas // self.point_replicas

    @property
    def teaching(self) -> Teaching:
        """The parts of the loss."""
        if self.lesson:
            return self.lesson.teaching
        return Teaching(smooth=self.config.supervision.smooth)

    @property
    def is_whole(self) -> bool:
        """Whether every step is one of the whole picture."""
        return self.teaching.power > 0.0

    @property
    def is_tied(self) -> bool:
        """Whether neighboring cells are trained to agree, and so all of them together."""
        return (self.teaching.tie > 0.0 or self.is_whole) and self.grid.cells > 1

    @property
    def is_together(self) -> bool:
        """Whether all cells are one group: they are tied, or have a free constant in common."""
        has_constant = self.lesson is not None and self.lesson.reference is not None
        return self.is_tied or self.is_whole or has_constant

    @property
    def taught_grid(self) -> Grid:
        """The grid whose cells are taught: without margins in steps of the whole picture."""
        return self.grid.without_margins() if self.is_whole else self.grid

    @cached_property
    def classes(self) -> CellClasses:
        """The shape of every cell's network."""
        sizes = tuple(self.sizes_of_width(each.hidden_features) for each in self.networks)
        return CellClasses(sizes, self.of_cells)

    def sizes_of_width(self, width: int) -> tuple[int, ...]:
        """Return the widths of all layers of a network with some hidden features."""
        network = replace(self.usual_network, hidden_features=width)
        return layer_sizes(network, self.facts.channels)

    @property
    def usual_network(self) -> NetworkConfig:
        """The network of the settings, its width in proportion to the cells."""
        return self.config.network.for_cells_of(self.grid.cell_pixels)

    @property
    def rate_factors(self) -> list[float]:
        """The learning rate of each class divided by that of the settings."""
        usual, *widths = (
            min(max(each.hidden_features, RATE_WIDTHS[0]), RATE_WIDTHS[1])
            for each in (self.usual_network, *self.networks)
        )
        return [math.exp((usual - width) / RATE_FEATURES) for width in widths]

    def header(self, picture: PixelSource) -> MosaicHeader:
        """Return the header of the fit's file, whose PSNR is not known yet."""
        return MosaicHeader(
            **common_facts(picture, self.config),
            grid=self.grid,
            classes=self.classes,
            dtype=self.config.fit.dtype,
            activation=self.config.network.activation,
            encoding=self.config.network.encoding,
            pixels="area" if self.config.fit.area_share else "center",
        )

    def with_classes(self, widths: Sequence[int], of_cells: bytes) -> "FitPlan":
        """Return the plan for networks of some widths.

        Args:
            widths: The number of hidden features of each class.
            of_cells: The number of each cell's class.
        """
        usual = self.usual_network
        networks = tuple(replace(usual, hidden_features=width) for width in widths)
        return replace(self, networks=networks, of_cells=of_cells)

    def with_replicas(self, replicas: int) -> "FitPlan":
        """Return the plan for another number of devices."""
        return replace(self, replicas=replicas)

    def with_group_cells(self, cells: int) -> "FitPlan":
        """Return the plan for groups of at most `cells` cells."""
        return replace(self, group_cells=cells)

    def with_batch_points(self, points: int) -> "FitPlan":
        """Return the plan for batches of about `points` points."""
        fit = replace(self.config.fit, batch_points=points)
        return replace(self, config=replace(self.config, fit=fit))

    def with_held_pixels(self, pixels: int) -> "FitPlan":
        """Return the plan for a picture of which at most `pixels` are in memory."""
        return replace(self, held_pixels=pixels)

    def taught(self, lesson: Lesson) -> "FitPlan":
        """Return the plan for another lesson than the values of all pixels.

        Raises:
            UsageError: There are too many cells that are tied.
        """
        plan = replace(self, lesson=lesson)
        if not plan.is_together:
            return plan
        check_tied(self.grid.cells)
        return plan.with_group_cells(max(self.group_cells, self.grid.cells))

    def with_epochs(self, epochs: int) -> "FitPlan":
        """Return the plan of a fit that has lasted for `epochs` epochs."""
        return replace(self, config=self.config.lasting(epochs))


def plan_fit(facts: PictureFacts, config: Config, resources: Resources) -> FitPlan:
    """Return the plan for a picture whose cells all have the same network."""
    cell_size, margin = config.network.cell_size, config.network.margin
    grid = make_grid(facts.height, facts.width, cell_size, margin)
    return FitPlan(
        facts=facts,
        config=config,
        grid=grid,
        networks=(config.network.for_cells_of(grid.cell_pixels),),
        of_cells=bytes(grid.cells),
        group_cells=resources.group_cells,
        replicas=resources.replicas or 1,
        held_pixels=facts.pixels,
    )
