"""The ways to compute something that are compared: ours, the reference kernels, CMSIS-NN."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch_cortex_m.build import KernelLibrary, open_library
from torch_cortex_m.errors import TcmError
from torch_cortex_m.generate import Generated, generate_all
from torch_cortex_m.ir import Graph
from torch_cortex_m.ops import definition
from torch_cortex_m.select import layer_of
from torch_cortex_m.target import Target

BAKENN = "4.0.0, from the package bakenn (a newer one is faster on M55: name it, see variants.py)"
OURS, REFERENCE, CMSIS_NN = "ours", "ref", "cmsis_nn"


@dataclass(frozen=True)
class Library:
    """CMSIS-NN for one core, or the reason why there is none."""

    library: KernelLibrary | None
    origin: str


def cmsis_nn_library(core: str, folder: Path) -> Library:
    """The library that the environment names, or else one compiled from the package bakenn.

    CMSIS_NN_INCLUDE: include folders, separated as in PATH. CMSIS_NN_LIBRARY_CORTEX_M4 (and so
    on): the static library of one core; CMSIS_NN_LIBRARY: of those that there are, with
    ``{core}`` in its name.

    Raises TcmError if a library is named that is not there.
    """
    variable = f"CMSIS_NN_LIBRARY_{core.upper().replace('-', '_')}"
    given = os.environ.get(variable)
    pattern = os.environ.get("CMSIS_NN_LIBRARY")
    if not given and not pattern:
        return _compiled_library(core, folder)
    include = os.environ.get("CMSIS_NN_INCLUDE")
    if not include:
        raise TcmError(f"{variable} needs CMSIS_NN_INCLUDE, the folders of its headers")
    path = given or str(pattern).replace("{core}", core)
    if not given and not Path(path).is_file():
        return Library(None, f"there is no {path}")
    return Library(open_library(include.split(os.pathsep), path), path)


def _compiled_library(core: str, folder: Path) -> Library:
    """Compiled into ``folder`` at first use, as for the tests."""
    import cmsis_nn
    import pytest

    folder.mkdir(parents=True, exist_ok=True)
    try:
        return Library(cmsis_nn.CmsisNN(folder).library(core), BAKENN)
    except pytest.skip.Exception as reason:
        return Library(None, str(reason))


def generate_variants(
    graphs: Mapping[str, Graph], target: Target, library: KernelLibrary | None
) -> dict[str, list[Generated]]:
    """Variant -> the generated C of each graph, by prefix and in order.

    Where CMSIS-NN has no kernel for a layer, ours stands in.
    """
    ours = generate_all(graphs, target)
    variants = {OURS: ours, REFERENCE: generate_all(graphs, target, forced=_references(ours))}
    if library is not None:
        variants[CMSIS_NN] = generate_all(graphs, target, library=library)
    return variants


def uses_library(generated: Generated) -> bool:
    return any(kernel.provider != "ours" for kernel in generated.selection.values())


def _references(generated: Sequence[Generated]) -> dict[str, dict[str, str]]:
    """Prefix -> node name -> the first reference kernel that computes it."""
    return {
        item.program.prefix: {
            node.name: next(
                kernel.name
                for kernel in definition(node.op.name).kernels
                if kernel.name.endswith("__ref") and kernel.computes(layer_of(item.graph, node))
            )
            for node in item.graph.nodes
            if node.name in item.selection
        }
        for item in generated
    }
