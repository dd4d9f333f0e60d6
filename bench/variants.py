"""The ways to compute something that are compared: ours, the reference kernels, CMSIS-NN."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch_cortex_m.build import KernelLibrary, open_library
from torch_cortex_m.errors import TcmError
from torch_cortex_m.generate import Generated, generate_all
from torch_cortex_m.ir import Graph
from torch_cortex_m.ops import definition
from torch_cortex_m.select import layer_of
from torch_cortex_m.target import Target
from torch_cortex_m.tools import find_tool
from torch_cortex_m.tune import Candidate, candidates_of

from . import ROOT

BAKENN = "4.0.0, from the package bakenn"
"""A newer one is faster on an M55: name it."""

LIBRARIES = ROOT / "out" / "cmsis-nn"
OURS, REFERENCE, CMSIS_NN = "ours", "ref", "cmsis_nn"
LEVELS = ("-O2", "-O3")
"""How CMSIS-NN is compiled: which one is the faster depends on the layer."""


@dataclass(frozen=True)
class Library:
    """A build of CMSIS-NN for one core, or the reason why there is none."""

    library: KernelLibrary | None
    origin: str


def cmsis_nn_libraries(core: str, folder: Path) -> Iterator[Library]:
    """The builds that the environment names, or else those of the package bakenn, by each installed
    compiler with each of LEVELS. They compete: the fastest counts. Each is made when it is asked
    for.

    CMSIS_NN_INCLUDE: include folders, separated as in PATH. CMSIS_NN_LIBRARY_CORTEX_M4 (and so
    on): the static libraries of one core, separated alike; CMSIS_NN_LIBRARY: of those cores that
    have them, with ``{core}`` in their names.

    Raises TcmError if a library is named for a core that is not there.
    """
    variable = f"CMSIS_NN_LIBRARY_{core.upper().replace('-', '_')}"
    given = os.environ.get(variable)
    patterns = os.environ.get("CMSIS_NN_LIBRARY")
    if not given and not patterns:
        return (
            _compiled_library(core, folder, compiler, level)
            for compiler in installed_compilers()
            for level in LEVELS
        )
    include = os.environ.get("CMSIS_NN_INCLUDE")
    if not include:
        name = variable if given else "CMSIS_NN_LIBRARY"
        raise TcmError(f"{name} needs CMSIS_NN_INCLUDE, the folders of its headers")
    folders = include.split(os.pathsep)
    paths = [path for path in (given or str(patterns)).split(os.pathsep) if path]
    if given:
        return (Library(open_library(folders, path), path) for path in paths)
    return (_named_library(folders, path.replace("{core}", core)) for path in paths)


def installed_compilers() -> list[str]:
    return ["gcc", "clang"] if find_tool("clang") else ["gcc"]


def _named_library(include: Sequence[str], path: str) -> Library:
    if not Path(path).is_file():
        return Library(None, f"there is no {path}")
    return Library(open_library(include, path), path)


def _compiled_library(core: str, folder: Path, compiler: str, level: str) -> Library:
    """Compiled into ``folder`` at first use, as for the tests."""
    import cmsis_nn
    import pytest

    place = folder / f"{compiler}{level}"
    place.mkdir(parents=True, exist_ok=True)
    try:
        library = cmsis_nn.CmsisNN(place, compiler, level).library(core)
    except pytest.skip.Exception as reason:
        return Library(None, str(reason))
    return Library(library, f"{compiler} {level}: {BAKENN}")


def generate_variants(graphs: Mapping[str, Graph], target: Target) -> dict[str, list[Generated]]:
    """OURS and REFERENCE -> the generated C of each graph, in order."""
    ours = generate_all(graphs, target)
    return {OURS: ours, REFERENCE: generate_all(graphs, target, forced=_references(ours))}


def library_candidates(graph: Graph, target: Target, library: KernelLibrary) -> list[Candidate]:
    """Those of the library's functions, for every layer that it computes."""
    own = {(each.layer, each.kernel) for each in candidates_of(graph, target)}
    every = candidates_of(graph, target, library.symbols)
    return [each for each in every if (each.layer, each.kernel) not in own]


def functions_of(graph: Graph, chosen: Mapping[str, str]) -> dict[str, str]:
    """Node name -> kernel, by ``chosen``: signature of a layer -> kernel."""
    layers = {node.name: layer_of(graph, node).signature.text for node in graph.computing_nodes()}
    return {name: chosen[layer] for name, layer in layers.items() if layer in chosen}


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
