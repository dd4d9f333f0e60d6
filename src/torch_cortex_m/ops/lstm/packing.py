"""What lstm's kernels for all cores ask about a layer."""

from __future__ import annotations

from ..base import Layer
from ..packing.cmsis_nn import are_constant
from ..packing.gates import GateProduct, gate_product

ACTIVATIONS = ("input", "initial_hidden", "initial_cell")


def has_constant_weights(layer: Layer) -> bool:
    return are_constant(layer, *(set(layer.op.tensor_names()) - set(ACTIVATIONS)))


def products(layer: Layer) -> dict[str, GateProduct]:
    """Of the input and of the hidden values, by the name that their arguments begin with."""
    op, constants = layer.op, layer.constants
    return {
        "input": gate_product(constants, "input", op.input_offset, constants["bias"]),
        "recurrent": gate_product(constants, "recurrent", -op.hidden_zero_point),
    }


def gate_shifts(layer: Layer) -> dict[str, int | float]:
    """The literals ``input_gate_shifts`` and ``recurrent_gate_shifts``."""
    return {
        f"{name}_gate_shifts": product.shift_bytes() for name, product in products(layer).items()
    }
