from collections.abc import Callable
from typing import Any

from siren_cli.config import load_preset
from siren_cli.coordinates import make_grid
from siren_cli.estimate import fit_seconds, memory_bytes


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
