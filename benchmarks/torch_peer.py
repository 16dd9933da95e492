"""Two SIRENs in PyTorch: the package siren-pytorch, and one that is written here."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch

from benchmarks.peer import Peer
from siren_cli.pictures.picture import Pixels

# Points of a batch.
BATCH = 8192
WIDTH = 256
HIDDEN_LAYERS = 3
OMEGA = 30.0

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


class Sine(torch.nn.Linear):  # type: ignore[misc]
    """A sine layer as in Sitzmann et al. 2020, arXiv:2006.09661, section 3.2."""

    def __init__(self, fan_in: int, fan_out: int, bound: float) -> None:
        super().__init__(fan_in, fan_out)
        torch.nn.init.uniform_(self.weight, -bound, bound)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return the features of the next layer."""
        return torch.sin(OMEGA * super().forward(features))


def plain(channels: int) -> torch.nn.Module:
    """Return the network of the paper for pictures."""
    bound = math.sqrt(6.0 / WIDTH) / OMEGA
    hidden = [Sine(WIDTH, WIDTH, bound) for _ in range(HIDDEN_LAYERS)]
    last = torch.nn.Linear(WIDTH, channels)
    torch.nn.init.uniform_(last.weight, -bound, bound)
    return torch.nn.Sequential(Sine(2, WIDTH, 0.5), *hidden, last)


def published(channels: int) -> torch.nn.Module:
    """Return the network of the package siren-pytorch, with its own defaults."""
    from siren_pytorch import SirenNet

    layers = 1 + HIDDEN_LAYERS
    return SirenNet(
        dim_in=2, dim_hidden=WIDTH, dim_out=channels, num_layers=layers, w0_initial=OMEGA
    )


def build(
    network: Callable[[int], torch.nn.Module],
    coordinates: Pixels,
    colors: Pixels,
    rate: float,
    *,
    cosine: bool,
) -> Peer:
    """Return a network that learns shuffled batches with Adam.

    Args:
        network: Function that makes the network for a number of channels.
        coordinates: Array of shape (points, 2).
        colors: Array of shape (points, channels), in [-1, 1].
        rate: Learning rate of Adam, or its highest one if it falls.
        cosine: Whether the rate falls to zero over the training time.
    """
    torch.manual_seed(0)
    inputs, targets = (torch.from_numpy(array).to(DEVICE) for array in (coordinates, colors))
    model = network(targets.shape[1]).to(DEVICE)
    optimizer = torch.optim.Adam(model.parameters(), rate)
    batches = _batches(len(inputs))

    def step(share: float) -> None:
        if cosine:
            optimizer.param_groups[0]["lr"] = rate * (0.5 + 0.5 * math.cos(math.pi * share))
        points = next(batches)
        loss = torch.nn.functional.mse_loss(model(inputs[points]), targets[points])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if DEVICE == "cuda":  # calls return before their work is done
            torch.cuda.synchronize()

    def values() -> Pixels:
        with torch.no_grad():
            parts = [model(part).cpu() for part in inputs.split(8 * BATCH)]
        result: Pixels = torch.cat(parts).numpy()
        return result

    step(0.0)
    return Peer(step, values)


def _batches(points: int) -> Iterator[Any]:
    while True:
        yield from torch.randperm(points, device=DEVICE).split(BATCH)
