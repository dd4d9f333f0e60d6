"""The emitted folder on disk, and a compiled model from it."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..build import open_library
from ..emit.prefix import check_prefix
from ..errors import TcmError
from ..generate import (
    Generated,
    Preferences,
    check_own_parameters,
    generate,
    input_to_push,
    keeping,
)
from ..ir import Graph, verify
from ..ir.artifacts import Folding, Loss, Removed
from ..ir.regions import rows_by_node
from ..ir.serialize import graph_arrays, graph_from_data, graph_to_data
from ..ops import UnknownOperatorError, definition, definitions
from ..ops.base import make_op
from ..schedule import schedule_of
from ..stages import stage
from ..staging import LINK_MANIFEST, is_linked, replace_folder
from ..target import target_from_data, target_to_data
from ..text import one_line, unreadable
from .known_kernels import check_known
from .npz import load_arrays, npz_bytes
from .report import Report

PLAN = "plan.json"
CONSTANTS = "constants.npz"
FORMAT = 3
UNKNOWN_PREFERENCES = {"prefer_library": False}
"""Of folders from before plan.json had preferences: the fastest kernels, whoever provides them."""
COMPILE_AGAIN = "run tcm compile again; it replaces the folder"


@stage("saving")
def save_generated(generated: Generated, report: Report, folder: Path) -> Path:
    """Writes all files beside ``folder``, or inside it if it exists, then puts them in place.

    What else lies in the folder stays, but for files that tcm wrote there before.
    Raises TcmError if something cannot be written; then everything stays as it was.
    """
    files = {**generated.program.files}
    files[PLAN] = json.dumps(_plan_data(generated, report), indent=1) + "\n"

    def write(work: Path) -> None:
        for name, text in files.items():
            (work / name).write_text(text, encoding="utf-8")
        # Names such as "features.0.weight" are not files: an index maps them to array numbers.
        arrays = _arrays(generated)
        names = [f"arr_{number}" for number in range(len(arrays))]
        (work / CONSTANTS).write_bytes(npz_bytes(names, arrays))

    replace_folder(folder, PLAN, write)
    return folder


def _arrays(generated: Generated) -> list[np.ndarray]:
    """Those of the graph, and behind them those that only the uncut graph has."""
    own = list(graph_arrays(generated.graph).values())
    known = {id(array) for array in own}
    uncut = graph_arrays(generated.uncut).values()
    return [*own, *(array for array in uncut if id(array) not in known)]


def _plan_data(generated: Generated, report: Report) -> dict[str, Any]:
    plan, library = generated.plan, generated.library
    return {
        "format": FORMAT,
        "target": target_to_data(generated.target),
        "prefix": generated.program.prefix,
        "files": sorted(generated.program.files),
        "library": None
        if library is None
        else {"include": [str(p) for p in library.include], "path": str(library.path)},
        "preferences": generated.preferences.as_data(),
        **_own_headers(generated),
        "kernels": {name: kernel.name for name, kernel in generated.selection.items()},
        "regions": [rows_by_node(region) for region in plan.regions],
        "report": report.as_data(),
        "removed": [each._asdict() for each in generated.removed],
        "memory": {
            "arena_bytes": plan.arena_bytes,
            "lower_bound": plan.lower_bound,
            "offsets": {
                name: location.offset
                for name, location in plan.locations.items()
                if location.kind == "arena"
            },
            "scratch": dict(plan.scratch),
        },
        "graph": graph_to_data(generated.graph),
        **_uncut(generated),
    }


def _uncut(generated: Generated) -> dict[str, Any]:
    """The graph before it was cut, if it was, with the number of each of its arrays."""
    if generated.uncut is generated.graph:
        return {}
    numbers = {id(array): number for number, array in enumerate(_arrays(generated))}
    arrays = [numbers[id(array)] for array in graph_arrays(generated.uncut).values()]
    return {"uncut": {"graph": graph_to_data(generated.uncut), "arrays": arrays}}


def _own_headers(generated: Generated) -> dict[str, Any]:
    """What no folder of operators has: the C of the model's own kernels."""
    own = [each.kernel.own_header for each in generated.preferences.own_kernels]
    headers = {header.name: header.text for header in own if header is not None}
    return {"own_headers": headers} if headers else {}


def load_generated(folder: Path) -> Generated:
    """The compiled model that ``save_generated`` wrote.

    Raises TcmError if the folder is missing, was not written by tcm, or is damaged.
    """
    if is_linked(folder) and not os.path.isfile(folder / PLAN):
        raise _of_several(folder)
    missing = [name for name in (PLAN, CONSTANTS) if not os.path.isfile(folder / name)]
    if missing:
        got = "a file" if os.path.isfile(folder) else "no such folder"
        raise TcmError(
            "not a folder that tcm compile wrote",
            where=str(folder),
            expected=f"a folder with {PLAN} and {CONSTANTS}",
            got=f"no {' and no '.join(missing)}" if os.path.isdir(folder) else got,
            hint="run tcm compile ... -o FOLDER first",
        )
    data = _read_plan(folder)
    constants = _read_constants(folder)
    definitions()  # says itself what is wrong with those from outside
    try:
        graph = _read_graph(data["graph"], constants)
        uncut = _read_uncut(data["uncut"], graph, constants) if "uncut" in data else None
        library = data["library"]
        target, prefix, kernels = target_from_data(data["target"]), data["prefix"], data["kernels"]
        check_prefix(prefix)
        folded = data["report"].get("folding")
        folding = None if folded is None else Folding(**{k: int(v) for k, v in folded.items()})
        losses = {n: _loss(each) for n, each in data["report"].get("losses", {}).items()}
        removed = tuple(map(_removed, data.get("removed", ())))
        preferences = Preferences.from_data(
            data.get("preferences", UNKNOWN_PREFERENCES), data.get("own_headers", {})
        )
        graph = keeping(graph, preferences)
        uncut = None if uncut is None else keeping(uncut, preferences)
        own = preferences.own_kernels
        for each in own:
            check_own_parameters(graph, each)
            check_own_parameters(graph if uncut is None else uncut, each)
            if not each.kernel.needs <= target.features:
                raise ValueError(f"{each.kernel.name} needs what {target.name} has not")
        regions = [{str(n): int(r) for n, r in each.items()} for each in data.get("regions", ())]
        schedule_of(graph, regions, input_to_push(graph, preferences.io))
        paths = None if library is None else _library_paths(folder, library)
    except UnknownOperatorError as error:
        raise error.inside(str(folder)) from None
    except Exception as error:  # whatever reading nonsense may raise
        raise _damaged(folder, error) from None
    check_known(folder, own)
    opened = None if paths is None else open_library(*paths)
    generated = generate(
        graph,
        target,
        prefix=prefix,
        library=opened,
        forced=kernels,
        regions=regions,
        preferences=preferences.only_interface(),
    )
    return replace(
        generated,
        uncut=generated.graph if uncut is None else uncut,
        folding=folding,
        removed=removed,
        preferences=preferences,
        losses=losses,
    )


def _loss(data: Mapping[str, Any]) -> Loss:
    found = Loss(**{field: float(data[field]) for field in Loss._fields})
    if not all(map(math.isfinite, found)):
        raise ValueError(f"{found} is no loss")
    return found


def _removed(data: Mapping[str, Any]) -> Removed:
    return Removed(**{field: one_line(str(data[field])) for field in Removed._fields})


def _library_paths(folder: Path, library: Mapping[str, Any]) -> tuple[list[Path], Path]:
    """(include folders, path) of a library, which is linked and run on an emulated core: one that
    came with the folder might do anything."""
    path = Path(library["path"])
    include = [Path(item) for item in library["include"]]
    for each in (path, *include):
        if not each.is_absolute() or each.resolve().is_relative_to(folder.resolve()):
            raise ValueError(f"the library {each} is not one that lies elsewhere on this machine")
    return include, path


def _read_plan(folder: Path) -> dict[str, Any]:
    """plan.json. Raises TcmError if it is damaged or another version of tcm wrote it."""
    try:
        data = json.loads((folder / PLAN).read_text(encoding="utf-8"))
        version = data["format"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _damaged(folder / PLAN, error) from None
    if version != FORMAT:
        raise TcmError(
            "the folder was written by another version of torch-cortex-m",
            where=str(folder / PLAN),
            expected=f"format {FORMAT}",
            got=f"format {version}",
            hint=COMPILE_AGAIN,
        )
    return data


def _read_constants(folder: Path) -> dict[str, np.ndarray]:
    """Raises TcmError if the file is damaged."""
    try:
        return load_arrays(folder / CONSTANTS)
    except Exception as error:  # whatever reading nonsense may raise
        raise _damaged(folder / CONSTANTS, error) from None


def _read_uncut(data: Mapping[str, Any], graph: Graph, stored: Mapping[str, np.ndarray]) -> Graph:
    """The graph that was cut, which callers cannot tell from what became of it."""
    uncut = _read_graph(data["graph"], stored, data["arrays"])
    if _interface(uncut) != _interface(graph):
        raise ValueError("the graph before it was cut has another interface")
    return uncut


def _interface(graph: Graph) -> tuple[object, ...]:
    ports = [(port, graph.types[port.value]) for port in (*graph.inputs, *graph.outputs)]
    states = {name: graph.types[name] for name in graph.states}
    return graph.name, ports, states, graph.stream


def _read_graph(
    data: Mapping[str, Any],
    stored: Mapping[str, np.ndarray],
    numbers: Sequence[int] | None = None,
) -> Graph:
    """numbers: of the arrays, by default in order."""
    names = [*data["constants"], *data["states"]]
    numbers = range(len(names)) if numbers is None else numbers
    arrays = {name: stored[f"arr_{number}"] for name, number in zip(names, numbers, strict=True)}
    graph = graph_from_data(data, arrays, lambda name, fields: make_op(definition(name).op, fields))
    verify(graph)
    return graph


def _of_several(folder: Path) -> TcmError:
    """What is said of a folder that tcm link wrote."""
    try:
        linked = json.loads((folder / LINK_MANIFEST).read_text(encoding="utf-8"))["linked"]
        places = ": " + " or ".join(one_line(str(place)) for place in linked)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        places = ""
    return TcmError(
        "not a folder that tcm compile wrote",
        where=str(folder),
        expected="the folder of one model",
        got="a folder that tcm link wrote",
        hint=f"take the folder of one model{places}",
    )


def _damaged(path: Path, error: Exception) -> TcmError:
    return TcmError(
        "what tcm compile wrote is damaged",
        where=str(path),
        expected=f"{PLAN} and {CONSTANTS} as they were written",
        got=unreadable(error),
        hint=COMPILE_AGAIN,
    )
