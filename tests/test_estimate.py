from collections.abc import Callable
from typing import Any

import pytest

from siren_cli.coordinates import make_grid
from siren_cli.errors import ResourceError
from siren_cli.estimate import affordable_group, fit_seconds, memory_bytes
from siren_cli.presets import load_preset
from siren_cli.resources import available_bytes


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
    assert affordable_group(grid, 3, config, 128, None) == 128
    for group in (128, 64, 32):
        assert affordable_group(grid, 3, config, 128, need[group]) == group
    with pytest.raises(ResourceError, match=r"about 1\.\d GB of memory are needed, and"):
        affordable_group(grid, 3, config, 128, need[2] - 1)


def test_the_memory_that_is_left_is_some_or_unknown():
    left = available_bytes()
    assert left is None or left > 0
