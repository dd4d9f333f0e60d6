"""Conversions of one value to another type or quantization: nodes that are named after it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ...ir import DTYPES, Graph, Quantization
from ...ops import definition
from ...ops.pytorch.call import Activation, Unquantized, requantization, rescaling
from .quantized import NodeQuantization


class Conversions:
    """``_quantized`` says which integer value a float input has become, with which parameters."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._quantized: dict[tuple[str, Quantization], str] = {}

    def quantized(
        self, operand: Unquantized, quantization: Quantization, dtype: str = "int8"
    ) -> str:
        """The integer value of a float input; one for each set of parameters."""
        key = (operand.value, quantization)
        if key not in self._quantized:
            fields: dict[str, Any] = asdict(quantization) | {"output_bytes": DTYPES[dtype].bytes}
            self._quantized[key] = self._append(
                "quantize", operand.value, f".{dtype}", quantization, **fields
            )
        return self._quantized[key]

    def converted(
        self, value: str, given: Quantization, wanted: NodeQuantization, source: str = ""
    ) -> str:
        """The value as integers of other parameters, within other limits or of another width."""
        quantization = wanted.quantization
        if (self._graph.types[value].dtype, wanted.dtype) != ("int8", "int8"):
            fields = rescaling(given, quantization, wanted.dtype)
            return self._append("rescale", value, ".rescaled", quantization, source, **fields)
        low, high = wanted.limits
        fields = requantization(given, quantization) | {
            "activation_min": low,
            "activation_max": high,
        }
        return self._append("requantize", value, ".requantized", quantization, source, **fields)

    def real(self, value: str, operand: Activation) -> str:
        """The float form of a value, where the program returns that; made once."""
        if not operand.real:
            return value
        users = self._graph.users(value)
        known = next((user.output for user in users if user.op.dequantizes() is not None), None)
        if known is not None:
            return known
        return self._append("dequantize", value, ".float", None, **asdict(operand.quantization))

    def _append(
        self,
        operator: str,
        value: str,
        suffix: str,
        quantization: Quantization | None,
        source: str = "",
        **fields: Any,
    ) -> str:
        op_class: Any = definition(operator).op
        return self._graph.add_node(
            op_class(**fields),
            (value,),
            f"{value}{suffix}",
            quantization=quantization,
            source=source,
        )
