"""A .pt2 file runs nothing when it is compiled, whatever stands in it.

Every attack here creates a file where torch.export.load and a run of the program let it; that it
does so there is asserted, too, so that no test passes because its attack is broken.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
import torch
from frontend_checks import Function, calibration
from frontend_models import IMAGE, Residual, assert_same
from pt2_archives import PROGRAM, altered, read_records, save_program, write_records
from torch import Tensor, nn
from torch._export.serde import schema
from torch.export.pt2_archive import constants as places

from torch_cortex_m import TcmError
from torch_cortex_m.errors import TcmWarning
from torch_cortex_m.frontend.pytorch import import_pytorch
from torch_cortex_m.frontend.pytorch.quiet import quiet
from torch_cortex_m.frontend.pytorch.serialized import _NAMES, _computes_tensors
from torch_cortex_m.ir.serialize import graph_to_data

Data = dict[str, Any]
Records = dict[str, bytes]


class Opens:
    """Creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return open, (str(self.path), "w")


def pickled(value: Any) -> bytes:
    file = io.BytesIO()
    torch.save(value, file)
    return file.getvalue()


def example_inputs(records: Records, marker: Path) -> None:
    records["data/sample_inputs/model.pt"] = pickled(((Opens(marker),), {}))


def bare_pickle_as_example_inputs(records: Records, marker: Path) -> None:
    records["data/sample_inputs/model.pt"] = pickle.dumps(((Opens(marker),), {}))


def weight(records: Records, marker: Path) -> None:
    change_json(records, "data/weights/model_weights_config.json", use_pickle_for_all)
    for name in records:
        if name.startswith("data/weights/weight_"):
            records[name] = pickled(Opens(marker))


def use_pickle_for_all(config: Data) -> None:
    for meta in config["config"].values():
        meta["use_pickle"] = True


def constant(kind: str) -> Callable[[Records, Path], None]:
    def attack(records: Records, marker: Path) -> None:
        def change(config: Data) -> None:
            meta = {"path_name": kind, "is_param": False, "use_pickle": True, "tensor_meta": None}
            config["config"]["c"] = meta

        change_json(records, "data/constants/model_constants_config.json", change)
        content = Opens(marker)
        records[f"data/constants/{kind}"] = (
            pickle.dumps(content) if kind.startswith("opaque") else pickled(content)
        )

    return attack


def legacy_weights(records: Records, marker: Path) -> None:
    records["data/weights/model.pt"] = pickled({"0.weight": Opens(marker)})


def legacy_constants(records: Records, marker: Path) -> None:
    records["data/constants/model.pt"] = pickled({"0.weight": Opens(marker)})


def symbolic_size(records: Records, marker: Path) -> None:
    def change(program: Data) -> None:
        value = program["graph_module"]["graph"]["tensor_values"]["relu"]
        value["sizes"][0] = {"as_expr": {"expr_str": f"open({str(marker)!r}, 'w')", "hint": None}}

    change_json(records, PROGRAM, change)


def operator(target: str, *arguments: Data) -> Callable[[Records, Path], None]:
    """A node that calls something with arguments; MARKER is the file's name."""

    def attack(records: Records, marker: Path) -> None:
        inputs = [
            {
                "name": name,
                "arg": {kind: str(marker) if value == "MARKER" else value},
                "kind": 1,
            }
            for argument in arguments
            for name, (kind, value) in argument.items()
        ]
        result = [{"as_tensor": {"name": "call"}}]
        node = {"target": target, "inputs": inputs, "outputs": result, "metadata": {}}

        def change(program: Data) -> None:
            graph = program["graph_module"]["graph"]
            graph["nodes"].insert(0, {**node, "name": "call"})
            graph["tensor_values"]["call"] = graph["tensor_values"]["x"]

        change_json(records, PROGRAM, change)

    return attack


def everywhere(old: str, new: str) -> Callable[[Records, Path], None]:
    """The name ``old`` of the program is ``new`` in which MARKER is the file's name."""

    def attack(records: Records, marker: Path) -> None:
        text = json.dumps(new.replace("MARKER", str(marker)))[1:-1]
        for record in (PROGRAM, "data/weights/model_weights_config.json"):
            records[record] = records[record].replace(f'"{old}"'.encode(), f'"{text}"'.encode())

    return attack


def argument_names(records: Records, marker: Path) -> None:
    def change(program: Data) -> None:
        signature = program["graph_module"]["module_call_graph"][0]["signature"]
        signature["forward_arg_names"] = [f"input=open({str(marker)!r}, 'w')"]

    change_json(records, PROGRAM, change)


def guards(records: Records, marker: Path) -> None:
    def change(program: Data) -> None:
        program["guards_code"] = [f"open({str(marker)!r}, 'w')"]

    change_json(records, PROGRAM, change)


def change_json(records: Records, name: str, change: Callable[[Data], None]) -> None:
    data = json.loads(records[name])
    change(data)
    records[name] = json.dumps(data).encode()


REFUSED: dict[str, tuple[Callable[[Records, Path], None], str]] = {
    "pickled weights": (weight, "pickled object where a tensor is needed"),
    "a pickled tensor constant": (constant("tensor_0"), "pickled object"),
    "a pickled opaque constant": (constant("opaque_obj_0"), "pickled object"),
    "a symbolic size": (symbolic_size, "dynamic shapes"),
    "the name of an input": (everywhere("x", "x=open('MARKER','w')"), "is not a name"),
    "the name of a parameter": (
        everywhere("linear.weight", "linear.training\"), open('MARKER', 'w'), (\""),
        "is not a name",
    ),
}
"""Attack -> what the message says. Each works where torch.export.load loads the file."""

NOT_YET = set() if hasattr(places, "OPAQUE_OBJ_FILENAME_PREFIX") else {"a pickled opaque constant"}
"""What works in later versions of torch only."""

REFUSED_BY_TORCH_TOO: dict[str, tuple[Callable[[Records, Path], None], str]] = {
    "an operator of Python": (
        operator("torch.os.mkdir", {"": ("as_string", "MARKER")}),
        "torch.os.mkdir",
    ),
    "a method of the operators": (
        operator("torch.ops.load_library", {"": ("as_string", "MARKER")}),
        "torch.ops.load_library",
    ),
    "an operator that saves": (
        operator(
            "torch.ops.aten.save.default",
            {"item": ("as_tensor", {"name": "x"})},
            {"filename": ("as_string", "MARKER")},
        ),
        "torch.ops.aten.save.default",
    ),
    "an operator that maps a file": (
        operator(
            "torch.ops.aten.from_file.default",
            {"filename": ("as_string", "MARKER")},
            {"shared": ("as_bool", True)},
            {"size": ("as_int", 8)},
        ),
        "torch.ops.aten.from_file.default",
    ),
    "an operator that maps a file to a tensor": (
        operator("torch.ops.aten.from_file.out", {"filename": ("as_string", "MARKER")}),
        "torch.ops.aten.from_file.out",
    ),
    "the name of a node": (everywhere("linear", "a = open('MARKER', 'w'); linear"), "not a name"),
}
"""Of what torch does not run today, but only by chance."""

HARMLESS: dict[str, Callable[[Records, Path], None]] = {
    "pickled example inputs": example_inputs,
    "a bare pickle as example inputs": bare_pickle_as_example_inputs,
    "weights of the format before": legacy_weights,
    "constants of the format before": legacy_constants,
    "guards": guards,
}
"""What is not read at all: the program compiles as if it were not there."""


class OneLayer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.linear(x))


SHAPES = ((2, 4),)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("program")
    return save_program(OneLayer(), (torch.ones(2, 4),), folder / "model.pt2")


def attacked(program: Path, attack: Callable[[Records, Path], None], marker: Path) -> Path:
    records = read_records(program)
    attack(records, marker)
    return write_records(marker.with_name("attack.pt2"), records)


def assert_torch_runs(path: Path, marker: Path) -> None:
    """The attack is one: where torch loads and runs the program, the file appears."""
    with quiet(), contextlib.suppress(Exception):
        loaded = torch.export.load(path)
        loaded.run_decompositions({}).module()(torch.ones(2, 4))
    assert marker.exists(), "this attack does nothing anywhere, so that the test proves nothing"


@pytest.mark.parametrize("attack", REFUSED)
def test_code_in_a_program_is_refused_and_does_not_run(
    program: Path, attack: str, tmp_path: Path
) -> None:
    marker = tmp_path / "marker"
    change, expected = REFUSED[attack]
    path = attacked(program, change, marker)
    with pytest.raises(TcmError) as caught:
        import_pytorch(path, None, calibration(SHAPES))
    assert expected in str(caught.value)
    assert str(path) in str(caught.value.where)
    assert not marker.exists()
    if attack not in NOT_YET:
        assert_torch_runs(path, marker)


@pytest.mark.parametrize("attack", REFUSED_BY_TORCH_TOO)
def test_what_torch_might_run_is_refused(program: Path, attack: str, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    change, expected = REFUSED_BY_TORCH_TOO[attack]
    with pytest.raises(TcmError) as caught:
        import_pytorch(attacked(program, change, marker), None, calibration(SHAPES))
    assert expected in str(caught.value)
    assert not marker.exists()


@pytest.mark.filterwarnings("ignore::torch_cortex_m.errors.TcmWarning")
@pytest.mark.parametrize("attack", HARMLESS)
def test_code_beside_a_program_does_not_run(program: Path, attack: str, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    path = attacked(program, HARMLESS[attack], marker)
    assert_same(
        import_pytorch(path, None, calibration(SHAPES)),
        import_pytorch(program, None, calibration(SHAPES)),
    )
    assert not marker.exists()
    assert_torch_runs(path, marker)


def test_example_inputs_that_are_not_loaded_are_warned_of(program: Path, tmp_path: Path) -> None:
    path = attacked(program, example_inputs, tmp_path / "marker")
    with (
        pytest.warns(TcmWarning, match="example inputs in the file are left out"),
        pytest.raises(TcmError, match="nothing to calibrate with"),
    ):
        import_pytorch(path, None)
    assert not (tmp_path / "marker").exists()


def test_names_of_arguments_and_structures_are_not_used(program: Path, tmp_path: Path) -> None:
    def change(data: Data) -> None:
        signature = data["graph_module"]["module_call_graph"][0]["signature"]
        signature["forward_arg_names"] = ["x); print(open"]
        signature["in_spec"] = signature["out_spec"] = "nonsense"

    assert_same(
        import_pytorch(altered(program, PROGRAM, change), None, calibration(SHAPES)),
        import_pytorch(program, None, calibration(SHAPES)),
    )


def test_a_shared_library_in_the_file_is_not_loaded(program: Path, tmp_path: Path) -> None:
    records = read_records(program)
    records["data/aotinductor/model/model.so"] = b"not even one"
    path = write_records(tmp_path / "library.pt2", records)
    with quiet(), pytest.raises(RuntimeError, match="error when deserializing"):
        torch.export.load(path)
    import_pytorch(path, None, calibration(SHAPES))


def test_the_format_of_older_versions_is_refused(tmp_path: Path) -> None:
    marker, path = tmp_path / "marker", tmp_path / "old.pt2"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("version", "8.20")
        archive.writestr("serialized_exported_program.json", "{}")
        for part in ("state_dict", "constants", "example_inputs"):
            archive.writestr(f"serialized_{part}.pt", pickled(Opens(marker)))
    with pytest.raises(TcmError, match="not a program"):
        import_pytorch(path, None)
    assert not marker.exists()


def test_a_file_that_unpacks_to_too_much_is_refused(
    program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch_cortex_m.frontend.pytorch.archive.MOST_BYTES", 1000)
    with pytest.raises(TcmError, match="too large"):
        import_pytorch(program, None)


@pytest.mark.parametrize("count", [8, -4])
def test_a_weight_that_reaches_beyond_its_bytes_is_refused(program: Path, count: int) -> None:
    def change(config: Data) -> None:
        config["config"]["linear.weight"]["tensor_meta"]["storage_offset"] = {"as_int": count}

    path = altered(program, "data/weights/model_weights_config.json", change)
    with pytest.raises(TcmError, match="not a program"):
        import_pytorch(path, None)


def in_other_modes(m: nn.Module, x: Tensor) -> Tensor:
    with torch.no_grad():
        y = m.linear(x)
    with torch.autocast("cpu", enabled=False):
        return torch.relu(y.to(torch.float32))


@pytest.mark.parametrize(
    "model",
    [
        Residual(),
        Function(lambda m, a, b: (m.conv(a) + b, {"c": b.mean((2, 3))}), conv=nn.Conv2d(4, 4, 1)),
        Function(lambda m, x: (x, [torch.relu(x)])),
        Function(in_other_modes, linear=nn.Linear(8, 5)),
        Function(lambda m, x: x + m.offset, offset=torch.arange(8.0)),
        nn.ModuleDict({"a-b 1": nn.Linear(8, 4)})["a-b 1"],
    ],
)
def test_a_file_is_the_same_program(model: nn.Module, tmp_path: Path) -> None:
    """Names, places, operators and numbers are those of the program that was saved."""
    count = 2 if isinstance(model, Function) and hasattr(model, "conv") else 1
    data = calibration((IMAGE,) * count)
    exported = torch.export.export(model.eval(), data[0])
    torch.export.save(exported, tmp_path / "model.pt2")
    expected = import_pytorch(exported, None, data)
    graph = import_pytorch(tmp_path / "model.pt2", None, data)
    assert graph_to_data(graph) == graph_to_data(expected)
    assert_same(graph, expected)


def test_named_example_inputs(tmp_path: Path) -> None:
    class Named(nn.Module):
        def forward(self, a: Tensor, *, b: Tensor) -> Tensor:
            return torch.relu(a) + b

    a, b = torch.ones(2, 4), 2 * torch.ones(2, 4)
    exported = torch.export.export(Named(), (a,), {"b": b})
    torch.export.save(exported, tmp_path / "model.pt2")
    with pytest.warns(TcmWarning, match="no calibration data"):
        graph = import_pytorch(tmp_path / "model.pt2", None)
    with pytest.warns(TcmWarning, match="no calibration data"):
        assert graph_to_data(graph) == graph_to_data(import_pytorch(exported, None))


def test_every_text_of_the_format_is_checked_or_known_to_be_harmless() -> None:
    """A new version of torch may add fields; what is text in them must be thought about."""
    harmless = {
        "Argument.as_string",  # an operator's argument, a literal in the function
        "Argument.as_strings",
        "ConstantValue.as_string",  # an input's value, which no function has
        "Device.type",  # torch.device refuses what it does not know
        "ExportedProgram.torch_version",
        "ExportedProgram.opset_version",
        "ExportedProgram.verifiers",  # looked up among the classes that torch registers
    }
    harmless |= {  # keys that other fields look up
        *("Graph.tensor_values", "Graph.sym_int_values", "Graph.sym_bool_values"),
        *("Graph.sym_float_values", "Graph.custom_obj_values", "Argument.as_string_to_argument"),
    }
    checked = {"Node.metadata", "Node.target", "SymExpr.expr_str", "Argument.as_operator"}
    checked |= {f"CustomObjArgument.{name}" for name in ("name", "class_fqn")}
    checked |= {"InputToCustomObjSpec.custom_obj_name"}  # has a CustomObjArgument beside it
    checked |= {f"{kind.__name__}.{field}" for kind, fields in _NAMES.items() for field in fields}
    made_anew = {
        *("ModuleCallSignature.in_spec", "ModuleCallSignature.out_spec", "ModuleCallEntry.fqn"),
        *("ModuleCallSignature.forward_arg_names", "NamedTupleDef.field_names"),
        *("ExportedProgram.guards_code", "ExportedProgram.range_constraints"),
        *("GraphModule.metadata", "GraphModule.treespec_namedtuple_fields"),
    }
    known = harmless | checked | made_anew
    earlier_lack = {"Argument.as_string_to_argument", "Node.name"}
    assert _texts_of(schema.ExportedProgram, {}) | earlier_lack == known


def _texts_of(kind: type, seen: dict[type, None]) -> set[str]:
    """The fields that hold text in a class of the schema and in those inside it."""
    seen[kind] = None
    texts = set()
    for name, hint in get_type_hints(kind, vars(schema)).items():
        parts = _parts_of_hint(hint)
        if str in parts:
            texts.add(f"{kind.__name__}.{name}")
        for part in parts:
            if dataclasses.is_dataclass(part) and part not in seen:
                texts |= _texts_of(part, seen)  # type: ignore[arg-type]
    return texts


def _parts_of_hint(hint: Any) -> list[Any]:
    return [hint, *(part for inner in get_args(hint) for part in _parts_of_hint(inner))]


DIMENSIONS = {
    *("dim", "dim0", "dim1", "dim2", "dims", "start_dim", "end_dim", "out_dim", "outdim", "order"),
    "names",
}
"""Of named tensors, whose type torch 2.9 to 2.12 calls str."""


def test_operators_that_compute_tensors_take_no_names_of_files() -> None:
    """A new version of torch may add operators; what is text in them must be thought about."""
    named = set()
    for each in torch._C._jit_get_all_schemas():
        namespace, _, name = each.name.partition("::")
        if namespace == "aten":
            overload = getattr(getattr(torch.ops.aten, name), each.overload_name or "default")
            if _computes_tensors(overload):
                named |= {a.name for a in each.arguments if "str" in str(a.type)}
    assert named - DIMENSIONS == {
        *("a", "activation", "algorithm", "api_name", "approximate", "assert_msg", "b", "driver"),
        *("equation", "indexing", "interpolation", "mode", "norm", "ord", "p", "pad_mode"),
        *("padding", "padding_side", "reduce", "rounding_mode", "side", "UPLO"),
    }
