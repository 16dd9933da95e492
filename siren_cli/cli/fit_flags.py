"""Flags of `siren fit` that belong together: what is taught, and who shares the work."""

from pathlib import Path
from typing import Annotated

import typer

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
