"""Huge pyramids whose tiles take hardly a byte are drawn in bounded memory."""

from dataclasses import replace

import numpy as np

from siren_cli.model.pyramid.networks import (
    CONTEXT,
    NetworkSizes,
    RoundedNetworks,
    blocks,
    matrix_shapes,
)
from siren_cli.model.pyramid.shape import LEVELS, MAX_TILE_SIDE, PyramidShape
from siren_cli.representation import siren_file
from siren_cli.representation.pyramid import tile_streams
from siren_cli.representation.pyramid.network_stream import CodedNetworks
from siren_cli.representation.pyramid.stored_pyramid import StoredPyramid
from siren_cli.representation.representation import PyramidRepresentation
from siren_cli.representation.version_3 import Version3
from tests.helpers.representations import make_pyramid_representation
from tests.stress.peak_memory import growth_below
from tests.stress.session import Session, StressTest, demand

SIZES = NetworkSizes(hidden=1, context=1, channels=3)
# About a million columns. All decoded tiles together have 683 MB for each row of them.
COLUMNS_OF_TILES = 3906
# Most that the peak memory may grow: kept tiles, and those that are being decoded.
MAX_GROWTH_BYTES = 352 << 20
# Longest row of tiles that is asked for at once.
MAX_TILES = 64


def wide_pyramids(session: Session, max_rounds: int) -> int:
    """Ask for any parts of a picture of a million columns, and for far more than is kept."""
    path, done = session.folder / "a.siren", 0
    path.write_bytes(siren_file.encode(_wide()))
    demand(path.stat().st_size < 50 * COLUMNS_OF_TILES, f"{path}: is no small file")
    with growth_below(MAX_GROWTH_BYTES), path.open("rb") as file:
        pyramid = Version3(file, path.stat().st_size).read().pyramid
        for _ in session.rounds(max_rounds):
            first, count = session.generator.integers(1, (COLUMNS_OF_TILES, MAX_TILES))
            left, right = first, min(first + count, COLUMNS_OF_TILES)
            columns = slice(int(left) * MAX_TILE_SIDE, int(right) * MAX_TILE_SIDE)
            latents = pyramid.latents(0, slice(0, 1), columns)
            demand(not latents.any(), f"{path}: other latents")
            done += 1
    return done


def _wide() -> PyramidRepresentation:
    """Return a picture of a row of equal tiles, all of whose latents are 0."""
    networks = _certain_networks()
    tile = PyramidShape(MAX_TILE_SIDE, MAX_TILE_SIDE)
    grids = [np.zeros(grid[1:], np.int64) for grid in tile.grids]
    streams = tile_streams.encode(tile, grids, networks.matrices()[CONTEXT])
    shape = PyramidShape(MAX_TILE_SIDE, COLUMNS_OF_TILES * MAX_TILE_SIDE)
    pyramid = StoredPyramid.of_streams(
        shape, CodedNetworks.of(networks), streams * COLUMNS_OF_TILES
    )
    made = make_pyramid_representation(1, 1)
    facts = replace(made.header.facts, height=shape.height, width=shape.width)
    header = replace(made.header, facts=facts, sizes=SIZES)
    return replace(made, header=header, pyramid=pyramid)


def _certain_networks() -> RoundedNetworks:
    """Return networks that expect every latent to be 0, at the least scale."""
    numbers = tuple(np.zeros(shape, np.int64) for shape in matrix_shapes(SIZES))
    numbers[CONTEXT][-1][1, -LEVELS:] = -8
    return RoundedNetworks(SIZES, numbers, (0,) * len(blocks(SIZES)))


TESTS = {"wide pyramids": StressTest(wide_pyramids, 200)}
