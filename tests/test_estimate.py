import os
import sys
from collections.abc import Callable
from typing import Any

import pytest

from siren_cli.config import Config
from siren_cli.errors import ResourceError
from siren_cli.model.grid import make_grid
from siren_cli.planning.estimate import affordable, fit_seconds, memory_bytes
from siren_cli.presets import load_preset
from siren_cli.system.machine import available_bytes


def estimated(of: Callable[..., Any], height: int, width: int, preset: str = "balanced") -> Any:
    config = load_preset(preset)
    grid = make_grid(height, width, config.network.cell_size, config.network.margin)
    return of(grid, 3, config)


def test_memory_grows_with_the_picture_by_less_than_a_hundred_bytes_a_pixel():
    growth = estimated(memory_bytes, 2048, 3072) - estimated(memory_bytes, 512, 768)
    assert 0 < growth < 100 * (2048 * 3072 - 512 * 768)


def test_a_longer_fit_of_wider_networks_takes_longer():
    fast, detailed = (estimated(fit_seconds, 512, 768, each) for each in ("fast", "detailed"))
    assert fast < detailed


def test_groups_are_as_large_as_memory_allows():
    grid, config = make_grid(2048, 3072, 64, 1), load_preset("detailed")
    need = {group: memory_bytes(grid, 3, config, group) for group in (2, 32, 64, 128)}
    assert affordable(grid, 3, config, 128, None) == (config, 128)
    for group in (128, 64, 32):
        assert affordable(grid, 3, config, 128, need[group]) == (config, group)
    with pytest.raises(ResourceError, match=r"about 1\.\d GB of memory are needed, and"):
        affordable(grid, 3, config, 128, need[2] - 1)


def test_batches_of_a_single_cell_are_as_large_as_memory_allows():
    grid, config = make_grid(1024, 2048, 0, 0), load_preset("paper")
    batches = {points: with_batches(config, points) for points in (8192, 4096, 2048, 1024)}
    for points, smaller in batches.items():
        need = memory_bytes(grid, 3, smaller)
        found, _ = affordable(grid, 3, config, 128, need)
        assert abs(found.fit.batch_points - points) <= 16
    with pytest.raises(ResourceError):
        affordable(grid, 3, config, 128, memory_bytes(grid, 3, batches[1024]) - (1 << 20))


def with_batches(config: Config, points: int) -> Config:
    return config.updated({"fit": {"batch_points": points}})


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says how much is left")
def test_the_memory_that_is_left_is_a_part_of_the_memory_of_the_machine():
    left = available_bytes()
    assert left is not None
    assert 0 < left < os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
