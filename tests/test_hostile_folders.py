"""The files that tcm reads again are data: a plan, constants, arrays, measurements."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from emitted_graphs import small_graph
from hostile_text import CODE, assert_same_code

import torch_cortex_m as tcm
from torch_cortex_m import TcmError
from torch_cortex_m.commands.arrays import read_arrays, read_inputs
from torch_cortex_m.generate.generate import generate
from torch_cortex_m.measured.measurements import load_measurements
from torch_cortex_m.model.compiled import CompiledModel
from torch_cortex_m.target import CORES, HOST, Target, target_from_data, target_to_data

HOSTILE_VALUE = f'0) }} "\n{CODE} /*'


@pytest.fixture(scope="module")
def compiled() -> CompiledModel:
    return CompiledModel(generate(small_graph(), CORES["cortex-m4"]))


@pytest.fixture
def folder(compiled: CompiledModel, tmp_path: Path) -> Path:
    return compiled.save(tmp_path / "out")


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every number, text and list in plain data."""
    if path:
        yield path
    items: Any = ()
    if isinstance(data, dict):
        items = data.items()
    elif isinstance(data, list):
        items = enumerate(data)
    for key, value in items:
        yield from places(value, (*path, key))


def with_value(data: Any, path: tuple[Any, ...], value: object) -> Any:
    changed = copy.deepcopy(data)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return changed


def test_code_anywhere_in_a_plan_does_not_reach_the_c(
    compiled: CompiledModel, folder: Path
) -> None:
    """Wherever text stands instead of a value, loading fails or the C is the same."""
    plan = json.loads((folder / "plan.json").read_text())
    del plan["report"]["layers"]  # which nothing reads
    loaded = 0
    for path in places(plan):
        changed = with_value(plan, path, HOSTILE_VALUE)
        (folder / "plan.json").write_text(json.dumps(changed))
        model = loaded_or_none(folder)
        if model is None:
            continue
        loaded += 1
        assert_same_code(model.generated.program.files, compiled.generated.program.files)
        assert target_to_data(model.target) == target_to_data(compiled.target), path
    assert loaded > 0, "some text of a plan is free, such as the names of values"


def loaded_or_none(folder: Path) -> CompiledModel | None:
    """Raises nothing but TcmError."""
    try:
        return tcm.load(folder)
    except TcmError:
        return None


@pytest.mark.parametrize(
    "flag",
    [
        *("-fplugin=./evil.so", "-wrapper", "@file", "-specs=evil", "-include", "/etc/passwd"),
        *("-B.", "-Xlinker", "-Wl,-plugin,evil.so", "-mllvm=-load=evil.so", "-o", "evil.c"),
        *("-mcpu=cortex-m4 -fplugin=evil", "-D X=1", "-fuse-ld=/tmp/evil", 5),
    ],
)
def test_flags_that_could_run_a_program_are_refused(folder: Path, flag: object) -> None:
    plan = json.loads((folder / "plan.json").read_text())
    plan["target"]["flags"].append(flag)
    (folder / "plan.json").write_text(json.dumps(plan))
    with pytest.raises(TcmError, match="damaged"):
        tcm.load(folder)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "mps2-an385,dumpdtb=evil"},
        {"code": {"origin": "0,-plugin,evil.so", "length": 1}},
        {"data": {"origin": 0, "length": "1 -T evil"}},
    ],
)
def test_a_machine_that_could_run_a_program_is_refused(
    folder: Path, change: dict[str, object]
) -> None:
    plan = json.loads((folder / "plan.json").read_text())
    plan["target"]["machine"] |= change
    (folder / "plan.json").write_text(json.dumps(plan))
    with pytest.raises(TcmError, match="damaged"):
        tcm.load(folder)


def test_all_targets_of_ours_and_those_of_users_can_be_read_again() -> None:
    own = Target("my board", ("-mcpu=cortex-m33+nodsp", "-O3", "-fno-common", "-DNDEBUG", "-DX=1"))
    for target in (*CORES.values(), HOST, own):
        assert target_from_data(json.loads(json.dumps(target_to_data(target)))) == target


def test_a_library_that_came_with_the_folder_is_refused(folder: Path) -> None:
    plan = json.loads((folder / "plan.json").read_text())
    for path in (folder / "evil.a", Path("evil.a"), folder / ".." / "out" / "evil.a"):
        Path(folder / "evil.a").write_bytes(b"!<arch>\n")
        plan["library"] = {"include": ["/usr/include"], "path": str(path)}
        (folder / "plan.json").write_text(json.dumps(plan))
        with pytest.raises(TcmError, match="damaged") as caught:
            tcm.load(folder)
        assert "evil.a is not one that lies elsewhere" in str(caught.value)


class Touches:
    """Creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


def test_pickled_arrays_are_not_loaded(
    compiled: CompiledModel, folder: Path, tmp_path: Path
) -> None:
    marker, array = tmp_path / "marker", np.empty(1, object)
    array[0] = Touches(marker)
    np.savez(tmp_path / "x.npz", array)
    np.save(tmp_path / "x.npy", array, allow_pickle=True)
    (tmp_path / "bare.npy").write_bytes(pickle.dumps(array))
    for name in ("x.npz", "x.npy", "bare.npy"):
        with pytest.raises(TcmError, match="cannot read the arrays"):
            read_arrays(tmp_path / name)
        with pytest.raises(TcmError, match="cannot read the arrays"):
            read_inputs(tmp_path / name, compiled.graph)
    count = len(compiled.graph.constants)
    np.savez(folder / "constants.npz", *[array] * count)
    with pytest.raises(TcmError, match="damaged"):
        tcm.load(folder)
    assert not marker.exists()
    with np.load(tmp_path / "x.npz", allow_pickle=True) as archive:
        _ = archive["arr_0"]
    assert marker.exists(), "the attack is none, so that the test proves nothing"


def test_a_tuning_file_is_data(tmp_path: Path) -> None:
    path = tmp_path / "tuning.json"
    path.write_bytes(pickle.dumps(Touches(tmp_path / "marker")))
    with pytest.raises(TcmError, match="not a tuning file"):
        load_measurements(path)
    assert not (tmp_path / "marker").exists()
