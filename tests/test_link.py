"""Models in one folder compute what each of them computes alone, and have what is equal once."""

from __future__ import annotations

import errno
import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from command_line import tcm
from conftest import needs_emulator
from small_graphs import Builder, Q
from strict_compilers import CORE_COMPILERS, compile_strictly

from torch_cortex_m import CompiledModel, TcmError, ops
from torch_cortex_m.commands import link_folders
from torch_cortex_m.generate import Preferences, generate
from torch_cortex_m.ir import TensorType
from torch_cortex_m.ir.artifacts import Program
from torch_cortex_m.runner import Runner
from torch_cortex_m.ship import link_models
from torch_cortex_m.target import find_target

SHAPE = (1, 4, 3, 4)


def remembering(start: int) -> Builder:
    """The largest inputs so far; two outputs."""
    build = Builder()
    state = build.graph.add_state("most", np.full(SHAPE, start, np.int8), Q)
    most = build.node("maximum", build.input(*SHAPE), state)
    build.graph.set_update(state, most)
    build.output(build.conv(most, 6), most)
    return build


def forgetting(filters: int = 16) -> Builder:
    """Its values take more memory than those of the others."""
    build = Builder()
    build.output(build.conv(build.conv(build.input(*SHAPE), filters), 5))
    return build


def model_for(build: Builder, target: str, name: str, io: str = "caller") -> CompiledModel:
    preferences = Preferences(io=io)
    return CompiledModel(
        generate(build.graph, find_target(target), prefix=name, preferences=preferences)
    )


def models_for(target: str) -> list[CompiledModel]:
    """Two that remember and are equal but for what they begin with, one that takes its input in the
    arena, and one that takes it row by row."""
    return [
        model_for(remembering(5), target, "first"),
        model_for(remembering(-20), target, "second"),
        model_for(forgetting(), target, "third", io="arena"),
        model_for(forgetting(12), target, "rows", io="rows"),
    ]


def saved(models: Sequence[CompiledModel], folder: Path) -> list[Path]:
    return [model.save(folder / model.generated.program.prefix) for model in models]


def linked(models: Sequence[CompiledModel], folder: Path, *options: str) -> Path:
    out = folder / "both"
    result = tcm("link", *saved(models, folder), "-o", out, *options)
    assert result.returncode == 0, result.stderr
    return out


class Call(NamedTuple):
    model: CompiledModel
    data: np.ndarray


def interleaved(models: Sequence[CompiledModel]) -> list[Call]:
    """Each has another call before it, and another after it."""
    order = [0, 1, 0, 2, 1, 1, 3, 0, 2, 3, 1, 0, 0, 1, 2]
    rng = np.random.default_rng(3)
    return [
        Call(models[index], rng.integers(-128, 128, SHAPE).astype(np.int8))
        for index in order
        if index < len(models)
    ]


def alone(calls: Sequence[Call], on: str) -> bytes:
    """The outputs of all calls in their order, of models that know nothing of each other."""
    results = {}
    for model in {id(call.model): call.model for call in calls}.values():
        own = np.concatenate([call.data for call in calls if call.model is model])
        outputs = model.run_arrays([own], on=on, raw=True)
        results[id(model)] = iter(zip(*outputs, strict=True))
    return b"".join(output.tobytes() for call in calls for output in next(results[id(call.model)]))


def script(calls: Sequence[Call], name: str) -> tuple[str, int]:
    """(``script_run``, which makes the calls and writes all outputs, the bytes of these)."""
    models = {call.model.generated.program.prefix: call.model.generated for call in calls}
    lines = [f"    {p}_reset();" for p, m in models.items() if m.program.state_bytes]
    data, place = [], 0
    for index, call in enumerate(calls):
        program = call.model.generated.program
        values = ", ".join(map(str, call.data.reshape(-1).tolist()))
        data.append(f"static const int8_t input_{index}[] = {{{values}}};")
        where = [place + sum(program.output_bytes[:i]) for i in range(len(program.output_bytes))]
        place += sum(program.output_bytes)
        if program.ports is None:
            outputs = ", ".join(f"out + {each}" for each in where)
            lines.append(f"    if ({program.prefix}_run(input_{index}, {outputs}) != 0) return 1;")
            continue
        (given,) = program.ports.inputs
        lines.append(f"    memcpy({name}_arena + {given}, input_{index}, sizeof input_{index});")
        lines.append(f"    if ({program.prefix}_run() != 0) return 1;")
        taken = zip(where, program.ports.outputs, program.output_bytes, strict=True)
        lines += [f"    memcpy(out + {a}, {name}_arena + {b}, {size});" for a, b, size in taken]
    head = f'#include "script.h"\n#include "{name}.h"\n#include <string.h>\n'
    body = "\n".join(["int32_t script_run(int8_t *out)", "{", *lines, "    return 0;", "}", ""])
    return "\n".join([head, *data, body]), place


SCRIPT_HEADER = """#include <stdint.h>
int32_t script_run(int8_t *out);
int32_t script_run_in(int8_t *out, uint8_t *arena);
"""


def run_on(target: str, folder: Path, calls: Sequence[Call], name: str) -> bytes:
    """All sources as one, which nothing in them may mind."""
    files = {
        path.name: path.read_text() for path in folder.iterdir() if path.suffix in (".c", ".h")
    }
    text, size = script(calls, name)
    sources = sorted(key for key in files if key.endswith(".c"))
    text += "int32_t script_run_in(int8_t *out, uint8_t *arena)\n"
    text += "{\n    (void)arena;\n    return script_run(out);\n}\n"
    files["script.c"] = text + "".join(f'#include "{key}"\n' for key in sources)
    files["script.h"] = SCRIPT_HEADER
    files["weights.c"] = '#include "script.h"\n'
    program = Program("script", files, (), 0, 0, (), (size,), (), ("int8_t",))
    with Runner([program], find_target(target)) as runner:
        (execution,) = runner.run([(0, ())])
    return execution.outputs[0]


MAIN = """
#include <stdio.h>
int main(void)
{
    static int8_t out[BYTES];
    if (script_run(out) != 0) return 1;
    return fwrite(out, 1, sizeof out, stdout) == sizeof out ? 0 : 2;
}
"""


def test_on_the_host_as_its_user_builds_it(tmp_path: Path) -> None:
    models = models_for("host")
    out = linked(models, tmp_path)
    calls = interleaved(models)
    files = {path.name: path.read_text() for path in out.iterdir() if path.suffix in (".c", ".h")}
    compile_strictly(files, out, ["gcc"])
    text, size = script(calls, "models")
    main = text.replace("int32_t script_run", "static int32_t script_run", 1)
    main = main.replace('#include "script.h"\n', "") + MAIN.replace("BYTES", str(size))
    (out / "main.c").write_text(main)
    objects = [f"{name}.o" for name in files if name.endswith(".c")]
    subprocess.run(["gcc", "-std=c11", "main.c", *objects, "-o", "main"], cwd=out, check=True)
    result = subprocess.run([out / "main"], capture_output=True, check=True, timeout=60)
    assert result.stdout == alone(calls, "host")


@needs_emulator
@pytest.mark.parametrize(
    "target", ["cortex-m4", pytest.param("cortex-m55", marks=pytest.mark.slow)]
)
def test_on_an_emulated_core(target: str, tmp_path: Path) -> None:
    models = models_for(target)
    calls = interleaved(models)
    out = linked(models, tmp_path, "--name", "both")
    assert run_on(target, out, calls, "both") == alone(calls, "emulator")


@pytest.mark.parametrize("compiler", CORE_COMPILERS)
def test_it_compiles_without_a_warning(compiler: str, tmp_path: Path) -> None:
    command = CORE_COMPILERS[compiler]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    models = models_for("cortex-m4")
    generated = {model.generated.program.prefix: model.generated for model in models}
    flags = find_target("cortex-m4").flags
    files = dict(link_models(generated, "models").files)
    compile_strictly(files, tmp_path, [*command, *flags])
    (tmp_path / "check.cc").write_text('#include "models.h"\n')
    cpp = ["-xc++", "-std=c++11", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
    result = subprocess.run(
        ["gcc", *cpp, "check.cc"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    defines = [f"-D{name.upper()}_NO_STATIC_ARENA" for name in generated]
    compile_strictly(files, tmp_path, [*command, *flags, *defines], how=["-O2"])
    symbols = subprocess.run(["nm", "models.c.o"], cwd=tmp_path, capture_output=True, text=True)
    assert "models_arena" not in symbols.stdout


def test_what_is_equal_is_there_once(tmp_path: Path) -> None:
    models = models_for("cortex-m4")
    out = linked(models, tmp_path)
    manifest = json.loads((out / "link.json").read_text())
    alone = [model.generated for model in models]
    assert manifest["arena_bytes"] == max(each.plan.arena_bytes for each in alone)
    assert [each["name"] for each in manifest["models"]] == ["first", "second", "third", "rows"]
    text = (out / "models_weights.c").read_text()
    tables = re.findall(r"(const \w+) \w+\[(\d+)\] = \{\n([^}]*)\}", text)
    assert len(tables) == len(set(tables)) > 2
    once = manifest["constant_bytes"]
    assert once <= sum(each.program.constant_bytes for each in alone[1:])
    functions = re.findall(
        r"^TCM_NOINLINE \w+ (\w+)\(", (out / "models_kernels.c").read_text(), re.M
    )
    assert {"first_run_conv", "first_run_maximum"} <= set(functions)
    assert not any(name.startswith("second_") for name in functions), functions
    assert len(functions) == len(set(functions))
    found = {path.name for path in out.iterdir()}
    assert found == {*manifest["files"], "link.json", "tcm-manifest.json"}
    assert "weights.c" not in found
    arenas = [path.name for path in out.glob("*.c") if "uint8_t models_arena[" in path.read_text()]
    assert arenas == ["models.c"]


def test_a_folder_that_was_linked_is_replaced(tmp_path: Path) -> None:
    models = models_for("host")
    out = linked(models, tmp_path)
    (out / "notes.txt").write_text("mine")
    again = tcm("link", tmp_path / "first", tmp_path / "second", "-o", out, "--name", "pair")
    assert again.returncode == 0, again.stderr
    assert again.stdout.startswith(f"{out}: first, second for host, arena ")
    names = {path.name for path in out.iterdir()}
    assert names == {
        *json.loads((out / "link.json").read_text())["files"],
        "link.json",
        "tcm-manifest.json",
        "notes.txt",
    }
    assert "third.c" not in names


def test_what_cannot_be_written_leaves_what_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = saved([model_for(remembering(5), "host", name) for name in ("one", "two")], tmp_path)
    written = Path.write_text

    def full(path: Path, *arguments: Any, **options: Any) -> int:
        if path.name == "models_kernels.c":
            raise OSError(errno.ENOSPC, "No space left on device")
        return written(path, *arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", full)
        with pytest.raises(TcmError, match="cannot write the output folder"):
            link_folders(folders, tmp_path / "both", "models")
    assert {path.name for path in tmp_path.iterdir()} == {"one", "two"}
    link_folders(folders, tmp_path / "both", "models")
    before = {path.name: path.read_bytes() for path in (tmp_path / "both").iterdir()}
    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", full)
        with pytest.raises(TcmError, match="cannot write the output folder"):
            link_folders(folders[::-1], tmp_path / "both", "models")
    assert {path.name: path.read_bytes() for path in (tmp_path / "both").iterdir()} == before


def refused(folders: Sequence[Path], folder: Path, name: str = "models") -> str:
    out = folder / "refused"
    with pytest.raises(TcmError) as error:
        link_folders(folders, out, name)
    assert not out.exists()
    return str(error.value)


def test_what_cannot_be_linked(tmp_path: Path) -> None:
    one = model_for(remembering(5), "host", "one").save(tmp_path / "one")
    core = model_for(remembering(5), "cortex-m4", "two").save(tmp_path / "two")
    same = model_for(forgetting(), "host", "One").save(tmp_path / "three")
    text = refused([one, core], tmp_path)
    assert "need the same target" in text
    assert f"where: {core}" in text
    assert f"expected: host, as {one} has" in text
    assert "got: cortex-m4" in text
    assert "compile it again with --target host" in text
    text = refused([one, same], tmp_path)
    assert "two models have the same name" in text
    assert f"got: 'One', as {one} has" in text
    assert "another --name" in text
    assert "there is nothing to link" in refused([one], tmp_path)
    assert "there is nothing to link" in refused([one, one], tmp_path)
    assert "not a folder that tcm compile wrote" in refused([one, tmp_path / "no"], tmp_path)
    other = model_for(forgetting(), "host", "four").save(tmp_path / "four")
    (other / "four.c").write_text("edited")
    assert "an edited file" in refused([one, other], tmp_path)


def named(port: str, layer: str, shape: tuple[int, ...]) -> Builder:
    build = Builder()
    value = build.graph.add_input(port, TensorType(shape, "int8", Q))
    op = ops.operator("maximum")
    build.output(build.graph.add_node(op, (value, value), layer, quantization=Q))
    return build


def test_names_that_meet(tmp_path: Path) -> None:
    """Those of one model's macros, functions and files with those of another."""
    builders = {
        "one": named("x_input_y", "b_run_y", SHAPE),
        "one_input_x": named("y", "z", SHAPE),
        "one_run_b": named("x", "y", (1, 2)),
        "two": named("x", "z", SHAPE),
    }
    one, macros, functions, two = saved(
        [model_for(build, "host", name) for name, build in builders.items()], tmp_path
    )
    text = refused([one, macros], tmp_path)
    assert "names in the C of the models meet" in text
    assert "got: ONE_INPUT_X_INPUT_Y_BYTES" in text
    assert "another --name" in text
    assert "got: one_run_b_run_y" in refused([one, functions], tmp_path)
    assert "files of the models meet" in refused([one, two], tmp_path, "ONE")
    assert "the name cannot be the prefix" in refused([one, two], tmp_path, "tcm_both")
    link_folders([one, two], tmp_path / "both", "models")


def test_the_folder_is_its_own(tmp_path: Path) -> None:
    folders = saved([model_for(remembering(5), "host", name) for name in ("one", "two")], tmp_path)
    with pytest.raises(TcmError, match="holds other files"):
        link_folders(folders, folders[0], "models")
    link_folders(folders, tmp_path / "both", "models")
    text = refused([folders[0], tmp_path / "both"], tmp_path)
    assert "not a folder that tcm compile wrote" in text
    assert "got: a folder that tcm link wrote" in text
    assert f"the folder of one model: {folders[0]} or {folders[1]}" in text
    (tmp_path / "both" / "link.json").write_text("[]")
    assert "the folder of one model" in refused([folders[0], tmp_path / "both"], tmp_path)
