"""What each layer takes of RAM and flash."""

from __future__ import annotations

from typing import NamedTuple

from ..generate import Generated
from ..generate.flash_budget import Flash
from .choices import choice_of
from .memory import blocks_of, bytes_in_use


class LayerSizes(NamedTuple):
    """In bytes. code: an estimate. ram: of the arena in use while the layer runs."""

    constants: int
    code: int
    ram: int


def layer_sizes(generated: Generated) -> dict[str, LayerSizes]:
    """By the names of the nodes that compute something; the figures of ``document``."""
    choice = choice_of(generated)
    flash, blocks = Flash(choice.layers, choice.model), blocks_of(generated, choice.layers)
    found: dict[str, LayerSizes] = {}
    for step, node in enumerate(choice.graph.computing_nodes()):
        kernel = choice.selection[node.name]
        constants = flash.constants(node.name, kernel)
        code = flash.code({node.name: kernel})
        found[node.name] = LayerSizes(constants, code, bytes_in_use(blocks, step))
    return found
