"""What is known of each layer: what it computes, with which kernel, and why that one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..generate.flash_budget import Flash
from ..ir import Graph, Node
from ..ir.artifacts import MemoryPlan
from ..ops.base import Kernel
from ..select.choice import Choice


def layer_entries(
    choice: Choice, plan: MemoryPlan, measured: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """An entry for each node that computes something, in the order of execution.

    measured: node name -> what a report has of it.
    """
    flash = Flash(choice.layers, choice.model)
    sharing = flash.sharing(choice.selection)
    regions = {name: i for i, region in enumerate(plan.regions) for name in region.nodes}
    return [
        {
            "name": node.name,
            "op": node.op.name,
            "source": node.source,
            "inputs": activations(choice.graph, node),
            "outputs": list(node.outputs),
            "only_moves": bool(node.op.only_moves),
            "kernel": choice.selection[node.name].name,
            "calls": choice.calls.get(node.name, 1),
            "region": regions.get(node.name),
            "macs": measured[node.name]["macs"],
            "instructions": measured[node.name]["instructions"],
            "cycles": measured[node.name]["cycles"],
            "estimated_cycles": _cycles(choice, node.name, choice.selection[node.name]),
            "copied_bytes": measured[node.name]["copied_bytes"],
            "constant_bytes": flash.constants(node.name, choice.selection[node.name]),
            "code_bytes": flash.code({node.name: choice.selection[node.name]}),
            "code_shared_by": len(sharing[flash.function(node.name, choice.selection[node.name])]),
            "scratch_bytes": _scratch(choice, node.name, choice.selection[node.name]),
            "alternatives": [
                _alternative(choice, flash, node.name, kernel)
                for kernel in reversed(choice.ranked[node.name])
                if kernel != choice.selection[node.name]
            ],
            "is_measured": _is_measured(choice, node.name, choice.selection[node.name]),
        }
        for node in choice.graph.computing_nodes()
    ]


def activations(graph: Graph, node: Node) -> list[str]:
    """The values that a node reads, without the constants."""
    return [value for value in node.inputs if value is not None and value not in graph.constants]


def _alternative(choice: Choice, flash: Flash, name: str, kernel: Kernel) -> dict[str, Any]:
    return {
        "kernel": kernel.name,
        "estimated_cycles": _cycles(choice, name, kernel),
        "flash_bytes": flash.constants(name, kernel) + flash.code({name: kernel}),
        "scratch_bytes": _scratch(choice, name, kernel),
        "is_measured": _is_measured(choice, name, kernel),
    }


def _cycles(choice: Choice, name: str, kernel: Kernel) -> int | None:
    return choice.time(name, kernel) if choice.is_known(name, kernel) else None


def _scratch(choice: Choice, name: str, kernel: Kernel) -> int:
    return kernel.scratch_bytes(choice.layers[name])


def _is_measured(choice: Choice, name: str, kernel: Kernel) -> bool:
    return choice.model.measured(choice.layers[name], kernel) is not None
