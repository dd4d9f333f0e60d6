"""Other people's ways of quantizing with PT2E, as quantizers."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.fx import GraphModule, Node

from torch_cortex_m.frontend.pytorch.quiet import quiet

with quiet():
    from torchao.quantization.pt2e import (
        HistogramObserver,
        MinMaxObserver,
        PerChannelMinMaxObserver,
    )
    from torchao.quantization.pt2e.quantize_pt2e import convert_pt2e, prepare_pt2e
    from torchao.quantization.pt2e.quantizer import (
        DerivedQuantizationSpec,
        QuantizationAnnotation,
        QuantizationSpec,
        Quantizer,
    )
    from torchao.testing.pt2e._xnnpack_quantizer import (
        XNNPACKQuantizer,
        get_symmetric_quantization_config,
    )

aten = torch.ops.aten
SUMS = (aten.conv2d.default, aten.conv1d.default, aten.linear.default)
ACTIVATIONS = (aten.relu.default, aten.relu_.default, aten.hardtanh.default)


@dataclass
class PlainQuantizer(Quantizer):
    """Annotates inputs, weights, biases and outputs of weighted sums, sums and what is in
    ``others``; everything else it leaves alone."""

    activations: dict[str, Any] = field(default_factory=dict)
    weights: dict[str, Any] = field(default_factory=dict)
    integer_bias: bool = False
    others: tuple[Any, ...] = (aten.add.Tensor,)
    outputs: bool = True

    def annotate(self, model: GraphModule) -> GraphModule:
        for node in model.graph.nodes:
            if node.target in SUMS or node.target in self.others:
                self._annotate(node)
        return model

    def validate(self, model: GraphModule) -> None:
        pass

    def _annotate(self, node: Node) -> None:
        activation = self._activation()
        inputs: dict[Node, Any] = {}
        if node.target in SUMS:
            inputs[_node(node, 0)] = activation
            inputs[_node(node, 1)] = self._weight()
            if self.integer_bias and len(node.args) > 2:
                inputs[_node(node, 2)] = self._bias(node)
        else:
            inputs |= {arg: activation for arg in node.args if isinstance(arg, Node)}
        node.meta["quantization_annotation"] = QuantizationAnnotation(inputs, _annotated=True)
        last, users = node, list(node.users)
        if len(users) == 1 and users[0].target in ACTIVATIONS:
            last = users[0]
        last.meta.setdefault("quantization_annotation", QuantizationAnnotation(_annotated=True))
        if self.outputs:
            last.meta["quantization_annotation"].output_qspec = activation

    def _activation(self) -> QuantizationSpec:
        settings: dict[str, Any] = {
            "dtype": torch.int8,
            "qscheme": torch.per_tensor_affine,
            "observer_or_fake_quant_ctr": HistogramObserver,
        }
        return QuantizationSpec(**(settings | self.activations))

    def _weight(self) -> QuantizationSpec:
        settings: dict[str, Any] = {
            "dtype": torch.int8,
            "qscheme": torch.per_channel_symmetric,
            "ch_axis": 0,
            "observer_or_fake_quant_ctr": PerChannelMinMaxObserver,
        }
        return QuantizationSpec(**(settings | self.weights))

    def _bias(self, node: Node) -> DerivedQuantizationSpec:
        def derive(observers: list[Any]) -> tuple[Tensor, Tensor]:
            (input_scale, _), (weight_scale, _) = (o.calculate_qparams() for o in observers)
            scale = input_scale * weight_scale
            return scale, torch.zeros_like(scale, dtype=torch.int64)

        per_channel = self._weight().ch_axis is not None
        return DerivedQuantizationSpec(
            derived_from=[(_node(node, 0), node), (_node(node, 1), node)],
            derive_qparams_fn=derive,
            dtype=torch.int32,
            quant_min=-(2**31),
            quant_max=2**31 - 1,
            qscheme=torch.per_channel_symmetric if per_channel else torch.per_tensor_symmetric,
            ch_axis=0 if per_channel else None,
        )


PER_TENSOR_WEIGHT = {
    "qscheme": torch.per_tensor_symmetric,
    "ch_axis": None,
    "observer_or_fake_quant_ctr": MinMaxObserver,
}


def _node(node: Node, index: int) -> Node:
    arg = node.args[index]
    assert isinstance(arg, Node)
    return arg


def xnnpack(*, per_channel: bool) -> Quantizer:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        config = get_symmetric_quantization_config(is_per_channel=per_channel)
        return XNNPACKQuantizer().set_global(config)


def quantized_by(
    quantizer: Quantizer, model: nn.Module, data: list[tuple[Tensor, ...]], **options: Any
) -> GraphModule:
    """The model as PT2E with this quantizer leaves it; ``options`` go to convert_pt2e."""
    with quiet(), torch.no_grad():
        module = torch.export.export(model.eval(), data[0]).module(check_guards=False)
        prepared = prepare_pt2e(module, quantizer)
        for sample in data:
            prepared(*sample)
        return convert_pt2e(prepared, **options)
