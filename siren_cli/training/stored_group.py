"""The trained cells of a group, as files store them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from siren_cli.model.networks import ClassLayers, Networks, floats_of
from siren_cli.planning.groups import Group
from siren_cli.planning.plan import FitPlan
from siren_cli.training.free_constant import free_constant
from siren_cli.training.network import Network, Parameters


def stored_group(plan: FitPlan, group: Group, trained: Sequence[Parameters]) -> ClassLayers:
    """Return the cells of a group as they are stored, by class.

    Args:
        plan: The networks, and what they were taught.
        group: The cells.
        trained: The parameters of each block, repetitions too.
    """
    pairs = zip(group.blocks, trained, strict=True)
    blocks = [parameters[: block.real] for block, parameters in pairs]
    layers = _layers(plan, group, blocks)
    reference = plan.lesson.reference if plan.lesson else None
    if reference is None:
        return layers
    networks = group_networks(plan, group, layers)
    constant = free_constant(reference, plan.grid, networks, group.real_cells.tolist())
    return _layers(plan, group, [_raised(plan, block, constant) for block in blocks])


def group_networks(plan: FitPlan, group: Group, layers: ClassLayers) -> Networks:
    """Return the stored cells of a group, in its order, as they are evaluated."""
    return Networks(
        group.classes(plan.classes.layer_sizes),
        floats_of(layers, np.float32),
        plan.config.network.activation,
        plan.config.network.encoding,
    )


def _layers(plan: FitPlan, group: Group, blocks: Sequence[Parameters]) -> ClassLayers:
    layers = []
    for number, config in enumerate(plan.networks):
        network = Network(config, plan.facts.channels)
        nothing = np.zeros((0, sum(network.sizes())), np.float32)
        pairs = zip(group.blocks, blocks, strict=True)
        own = [parameters for block, parameters in pairs if block.number == number]
        layers.append(network.stored(np.concatenate([nothing, *own]), plan.config.fit.dtype))
    return tuple(layers)


def _raised(plan: FitPlan, parameters: Parameters, constant: NDArray[np.float64]) -> Parameters:
    """Return the parameters of some cells whose values are higher by a constant."""
    omega = Network(plan.networks[0], plan.facts.channels).omega
    raised = parameters.copy()
    # The biases of the last layer come last, multiplied by omega.
    raised[:, -len(constant) :] += (omega * constant).astype(np.float32)
    return raised
