"""Programs of examples/, and of other folders that are no packages, as modules."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import torch
from torch import Tensor

from torch_cortex_m.ir import Graph
from torch_cortex_m.model.ports import from_port, to_port
from torch_cortex_m.run.reference import Reference

FOLDER = Path(__file__).parents[1] / "examples"


def example_module(name: str, folder: Path = FOLDER) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"example_{name}", folder / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where its dataclasses look for their types
    spec.loader.exec_module(module)
    return module


def scores_of(graph: Graph, reference: Reference, samples: Tensor) -> Tensor:
    """What a graph with one input and one output gives for samples, which are one batch."""
    (given,), (result,) = graph.inputs, graph.outputs
    (array,) = reference.run([to_port(graph, given, samples.numpy(), raw=False)])
    return torch.from_numpy(from_port(graph, result, array, raw=False))
