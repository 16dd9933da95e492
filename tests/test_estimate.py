from siren_cli.config import load_preset
from siren_cli.coordinates import make_grid
from siren_cli.estimate import estimate


def estimated(height: int, width: int, preset: str = "balanced"):
    config = load_preset(preset)
    network = config.network
    grid = make_grid(height, width, network.cell_size, network.margin)
    return estimate(grid, 3, config)


def test_memory_grows_with_the_picture_by_less_than_a_hundred_bytes_a_pixel():
    small, large = estimated(512, 768), estimated(2048, 3072)
    assert 0 < large.memory - small.memory < 100 * (2048 * 3072 - 512 * 768)


def test_a_longer_fit_of_wider_networks_takes_longer():
    assert estimated(512, 768, "fast").seconds < estimated(512, 768, "detailed").seconds
