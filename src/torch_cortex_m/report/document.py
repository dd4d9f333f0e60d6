"""The document: everything that the page shows, as data that JSON can hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..generate import Generated
from ..ir import Graph, Node
from ..ir.artifacts import Location
from .advice import advice_on
from .choices import choice_of
from .curves import flash_points, ram_points
from .layers import activations, layer_entries
from .losses import loss_entry, whole_loss
from .memory import Block, blocks_of, bytes_in_use

FORMAT = 1

SCHEMA = Path(__file__).parent / "schema.json"
"""What the document looks like, as JSON Schema."""


@dataclass(frozen=True)
class Facts:
    """What a document is made of.

    report: a report's data, measured or not. ranges: value -> what it held in some runs of the
    reference, see ``ValueRange``.
    """

    generated: Generated
    report: Mapping[str, Any]
    ranges: Mapping[str, Mapping[str, Any]] | None = None


def document(facts: Facts, *, curves: bool = True) -> dict[str, Any]:
    """All that is known of a compiled model; ``SCHEMA`` says what there is.

    curves: also what less RAM and less flash would cost, which takes as long as some compilations.
    """
    generated, report = facts.generated, facts.report
    choice = choice_of(generated)
    measured = {layer["name"]: layer for layer in report["layers"]}
    layers = layer_entries(choice, generated.plan, measured)
    blocks = blocks_of(generated, choice.layers)
    in_use = [bytes_in_use(blocks, step) for step in range(len(layers) + 1)]
    for layer, used in zip(layers, in_use, strict=False):
        layer["ram_bytes"] = used
    for layer in layers:
        layer["loss"] = loss_entry(generated.losses, layer["outputs"])
    found: dict[str, Any] = {
        "format": FORMAT,
        "name": generated.program.prefix,
        "target": generated.target.name,
        "features": sorted(generated.target.features),
        "preferences": generated.preferences.as_data(),
        "total": {
            **{name: value for name, value in report["total"].items() if name != "sqnr"},
            "estimated_cycles": generated.estimated_cycles,
        },
        "loss": whole_loss(report["total"]["sqnr"], layers),
        "cycles_model": report["cycles_model"],
        "folding": report["folding"],
        "stream": report["stream"],
        "inputs": [port.value for port in generated.graph.inputs],
        "outputs": [port.value for port in generated.graph.outputs],
        "states": [
            {"name": name, "update": state.update} for name, state in generated.graph.states.items()
        ],
        "values": _values(facts),
        "layers": layers,
        "views": [_view(generated.graph, node) for node in _views(generated.graph)],
        "removed": [each._asdict() for each in generated.removed],
        "memory": _memory(layers, blocks, in_use),
        "curves": _curves(facts, choice) if curves else None,
    }
    return {**found, "advice": advice_on(found)}


def _curves(facts: Facts, choice: Any) -> dict[str, Any]:
    if not facts.generated.estimated_cycles:  # a host has no core to estimate cycles for
        return {"ram": [], "flash": []}
    return {"ram": ram_points(facts.generated), "flash": flash_points(choice)}


def _values(facts: Facts) -> dict[str, Any]:
    """All but the constants."""
    graph, plan, ranges = facts.generated.graph, facts.generated.plan, facts.ranges or {}
    return {
        name: {
            "shape": list(type_.shape),
            "dtype": type_.dtype,
            "bytes": type_.bytes,
            "scale": type_.quantization and type_.quantization.scale,
            "zero_point": type_.quantization and type_.quantization.zero_point,
            "place": _place(plan.locations[name]),
            "range": ranges.get(name),
            "loss": loss_entry(facts.generated.losses, [name]),
        }
        for name, type_ in graph.types.items()
        if name not in graph.constants
    }


def _place(location: Location) -> dict[str, Any]:
    return {"memory": location.kind, "port": location.port, "offset": location.offset}


def _views(graph: Graph) -> list[Node]:
    computing = set(graph.computing_nodes())
    return [node for node in graph.nodes if node not in computing]


def _view(graph: Graph, node: Node) -> dict[str, Any]:
    return {
        "name": node.name,
        "op": node.op.name,
        "source": node.source,
        "inputs": activations(graph, node),
        "outputs": list(node.outputs),
    }


def _memory(
    layers: Sequence[Mapping[str, Any]], blocks: Sequence[Block], in_use: Sequence[int]
) -> dict[str, Any]:
    peak = max(range(len(in_use)), key=in_use.__getitem__)
    present = [i for i, block in enumerate(blocks) if block.first <= peak <= block.last]
    return {
        "steps": [layer["name"] for layer in layers],
        "bytes_in_use": list(in_use),
        "blocks": [asdict(block) for block in blocks],
        "peak": {
            "step": peak,
            "bytes": in_use[peak],
            "blocks": sorted(present, key=lambda index: -blocks[index].bytes),
        },
    }
