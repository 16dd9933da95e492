"""What `siren fit` finds out before it fits."""

from pathlib import Path

import pytest

from siren_cli import files
from siren_cli.errors import OutputError
from siren_cli.fit_command import Fits
from siren_cli.fit_options import FitOptions
from siren_cli.presets import load_preset
from siren_cli.schedule import Budget
from siren_cli.terminal import Watcher


def test_what_another_run_wrote_meanwhile_is_found_before_the_fit(tmp_path: Path) -> None:
    image, output = tmp_path / "a.png", tmp_path / "a.siren"
    fits = Fits(FitOptions(load_preset("fast")))
    files.save(output, b"the other's", force=False)
    with pytest.raises(OutputError, match="exists"):
        fits.fit(image, Budget(), Watcher(print, print))
    assert output.read_bytes() == b"the other's"
