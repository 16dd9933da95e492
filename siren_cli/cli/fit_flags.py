"""Flags of `siren fit` that belong together, and those that `siren blend` has, too.

The flags of both say how to train. Those of `siren fit` alone say what is taught, and who
shares the work.
"""

from pathlib import Path
from typing import Annotated

import typer

# Flags of `siren fit` and of `siren blend`.
Fresh = Annotated[
    bool,
    typer.Option(
        "--fresh/--resume", help="Start over, instead of going on with an unfinished fit."
    ),
]
ConfigFile = Annotated[
    Path | None, typer.Option(envvar="SIREN_CONFIG", help="Your own settings, a TOML file.")
]
Epochs = Annotated[
    int | None, typer.Option(envvar="SIREN_EPOCHS", help="How often every pixel is seen.")
]
TimeLimit = Annotated[
    str | None, typer.Option(help="Plan for a time of the whole command: 30s, 5m, 2h.")
]
Seed = Annotated[
    int | None, typer.Option(envvar="SIREN_SEED", help="Decides everything random.")
]
Devices = Annotated[
    str, typer.Option(envvar="SIREN_DEVICES", help="auto, cpu, gpu or gpu:0,1.")
]
DryRun = Annotated[
    bool, typer.Option("-n", "--dry-run", help="Say what would be made, and stop.")
]

# Flags of `siren fit` alone.
Supervise = Annotated[
    str | None,
    typer.Option(metavar="WHAT", help="Teach value, gradient, laplacian or value+gradient."),
]
MaskFile = Annotated[
    Path | None,
    typer.Option("--mask", readable=False, help="Learn where this picture is white alone."),
]
KeepPixels = Annotated[
    str | None,
    typer.Option(metavar="SHARE", help="Learn a random share of the pixels alone: 10% or 0.1."),
]
Smooth = Annotated[
    float | None, typer.Option(metavar="W", help="Weight of the squared Laplacian, everywhere.")
]
ClusterHosts = Annotated[
    str, typer.Option(help="Hosts that fit one picture: auto is TF_CONFIG; slurm; or none.")
]
ClusterWait = Annotated[
    str, typer.Option(metavar="TIME", help="How long they wait for each other.")
]
ShardOfPictures = Annotated[
    str | None, typer.Option(metavar="K/N", help="Fit the K-th of N shares of the pictures.")
]
ShardOfCells = Annotated[
    str | None,
    typer.Option(metavar="K/N", help="Fit the K-th of N parts of a picture; see join."),
]
