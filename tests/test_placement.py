"""Layers, arena and states lie in the sections that the user names, and compute what they did."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from conftest import needs_emulator
from small_graphs import Builder, Q
from strict_compilers import FRONT_END, compile_strictly

import torch_cortex_m as tcm
from torch_cortex_m import CompiledModel, TcmError
from torch_cortex_m.cli import app
from torch_cortex_m.generate import LEAST, Preferences, generate
from torch_cortex_m.ship import link_models
from torch_cortex_m.target import find_target

SHAPE = (1, 6, 6, 4)
CALLS = 3
PAGE = Path(__file__).parents[1] / "docs" / "placement.md"


def network() -> Builder:
    """Three layers, the last two of which are alike but for their weights, and two outputs, one of
    which remembers."""
    build = Builder()
    value = build.input(*SHAPE)
    for index in range(3):
        value = build.conv(value, 8, f"features.{index}")
    state = build.graph.add_state("most", np.full((1, 6, 6, 8), 5, np.int8), Q)
    most = build.node("maximum", value, state)
    build.graph.set_update(state, most)
    build.output(build.conv(value, 3, "classifier"), build.conv(most, 5, "head"))
    return build


def placed(
    *place: str,
    target: str = "host",
    prefetch: bool = False,
    name: str = "model",
    io: str = "caller",
) -> CompiledModel:
    preferences = Preferences(place=place, prefetch=prefetch, io=io)
    core = find_target(target)
    return CompiledModel(generate(network().graph, core, prefix=name, preferences=preferences))


def code(model: CompiledModel) -> dict[str, str]:
    files = model.generated.program.files
    return {name: text for name, text in files.items() if name.endswith((".c", ".h"))}


def sections(files: dict[str, str], folder: Path, *flags: str) -> dict[str, str]:
    """Symbol -> its section in the objects, as the compiler of this computer places it."""
    for name, text in files.items():
        (folder / name).write_text(text)
    found: dict[str, str] = {}
    for source in sorted(name for name in files if name.endswith(".c")):
        subprocess.run(["gcc", "-O1", *flags, "-c", source], cwd=folder, check=True)
        command = ["objdump", "-t", f"{source[:-2]}.o"]
        table = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
        for line in table.stdout.splitlines():
            row = re.fullmatch(r"[0-9a-f]+ .{7} (\S+)\t[0-9a-f]+ (\w+)", line)
            if row and row[2].startswith("m") and not row[1].startswith("*"):
                found[row[2]] = row[1]
    return found


# Addresses and results on a core


BOARD = """
    FLASH    : ORIGIN = 0x00000000, LENGTH = 512K
    ITCM     : ORIGIN = 0x01000000, LENGTH = 64K
    DTCM     : ORIGIN = 0x20000000, LENGTH = 128K
    RAM      : ORIGIN = 0x21000000, LENGTH = 512K
    EXTFLASH : ORIGIN = 0x28000000, LENGTH = 8M
"""
"""Of Arm's MPS3 board: its memories under the names that the guide has."""

MEMORIES = {"": 0, ".itcm": 0x01000000, ".dtcm": 0x20000000, ".extflash": 0x28000000}

PLACE = (
    "code:features.*=.itcm",
    "weights:features.0=.first",
    "weights:features.1=.second",
    "weights:features.2=.third",
    "code:features.2=.text",
    "weights:classifier=.extflash",
    "head=.itcm",
    "arena=.dtcm",
    "state=.dtcm_data",
)

MAIN = """
int main(void);
void reset(void);
void load_sections(void);
extern uint8_t data_start[], data_end[], data_load[], bss_start[], bss_end[];
extern uint32_t stack_top[];

static int32_t semihosting(uint32_t operation, const void *arguments)
{
    register uint32_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = arguments;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return (int32_t)r0;
}

void dma_start(uint8_t *to, const uint8_t *from, const uint8_t *end)
{
    memcpy(to, from, (size_t)((uintptr_t)end - (uintptr_t)from));
}
void dma_wait(void)
{
}

int main(void)
{
    static int8_t outputs[CALLS][108 + 180];
    int32_t status = 0;
    for (int call = 0; call < CALLS; call++) {
        bring_first();
        status |= model_run(inputs[call], outputs[call], outputs[call] + 108);
    }
    const uintptr_t file[3] = {(uintptr_t) "outputs.bin", 5, 11};
    const uintptr_t data[3] = {(uintptr_t)semihosting(1, file), (uintptr_t)outputs, sizeof outputs};
    return status | semihosting(5, data);
}

void reset(void)
{
    *(volatile uint32_t *)0xE000ED88 |= 0xFU << 20; /* access to the FPU and MVE */
    __asm__ volatile("dsb\\n isb");
    memcpy(data_start, data_load, (size_t)((uintptr_t)data_end - (uintptr_t)data_start));
    memset(bss_start, 0, (size_t)((uintptr_t)bss_end - (uintptr_t)bss_start));
    load_sections();
    const uint32_t arguments[2] = {0x20026, (uint32_t)main()};
    (void)semihosting(0x20, arguments);
}

__attribute__((section(".vectors"), used)) static const uintptr_t vectors[16] = {
    (uintptr_t)stack_top, (uintptr_t)reset};
"""


def guide(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


def linker_script() -> str:
    """That of the guide, with the overlay, for the emulated board."""
    script, overlay = guide("ld")
    script = re.sub(r"(?<=MEMORY\n\{).*?(?=\})", BOARD, script, count=1, flags=re.DOTALL)
    assert BOARD in script
    return script.replace("    .text :", f"{overlay}\n    .text :", 1)


def write_main(inputs: np.ndarray, folder: Path) -> None:
    _, startup, bringing, ahead = guide("c")
    rows = (f"{{{', '.join(map(str, each.reshape(-1).tolist()))}}}" for each in inputs)
    data = f"static const int8_t inputs[CALLS][{inputs[0].size}] = {{{', '.join(rows)}}};\n"
    (folder / "ahead.h").write_text(ahead)
    (folder / "load.c").write_text(startup)
    main = f"#include <string.h>\n#define CALLS {len(inputs)}\n{bringing}{data}{MAIN}"
    (folder / "main.c").write_text(main)


def built(model: CompiledModel, folder: Path) -> dict[str, int]:
    """Symbol -> its address."""
    for name, text in code(model).items():
        (folder / name).write_text(text)
    (folder / "board.ld").write_text(linker_script())
    sources = ["main.c", "load.c", "model.c", "weights.c"]
    flags = [*model.target.flags, "-std=gnu11", "-O2", "-ffunction-sections", "-include", "ahead.h"]
    flags += ["-T", "board.ld", "-nostartfiles", "--specs=nano.specs", "--specs=nosys.specs"]
    flags += ["-Wl,-e,reset", "-o", "firmware.elf"]
    subprocess.run(["arm-none-eabi-gcc", *flags, *sources], cwd=folder, check=True)
    command = ["arm-none-eabi-nm", "firmware.elf"]
    table = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
    rows = (line.split() for line in table.splitlines())
    return {row[2].partition(".")[0]: int(row[0], 16) for row in rows if len(row) == 3}


def memory(address: int) -> str:
    """The name of the memory that has it, as a section is called there."""
    return max((origin, name) for name, origin in MEMORIES.items() if origin <= address)[1]


@needs_emulator
def test_addresses_and_results_on_a_core(tmp_path: Path) -> None:
    """With the script, the startup and the overlay of the guide."""
    model = placed(*PLACE, target="cortex-m55")
    inputs = np.random.default_rng(1).integers(-128, 128, (CALLS, *SHAPE[1:])).astype(np.int8)
    write_main(inputs, tmp_path)
    address = built(model, tmp_path)
    lie = {name: memory(place) for name, place in address.items() if name.startswith("model_")}
    for name, where in {
        "model_run_features_0": ".itcm",
        "model_run_features_1": ".itcm",
        "model_run_features_2": "",
        "model_run_classifier": "",
        "model_run_head": ".itcm",
        "model_run_in": "",
        "model_arena": ".dtcm",
        "model_state": ".dtcm",
    }.items():
        assert lie[name] == where, name
    of_weights = {
        name: where for name, where in lie.items() if re.match(r"model_(features|class|head)", name)
    }
    assert len(of_weights) >= 5
    for name, where in of_weights.items():
        expected = {"f": ".dtcm", "c": ".extflash", "h": ".itcm"}[name.removeprefix("model_")[0]]
        assert where == expected, name
    first, second, third = (
        {place for name, place in address.items() if name.startswith(f"model_features_{index}_")}
        for index in range(3)
    )
    assert min(first) == min(third) != min(second)
    command = ["qemu-system-arm", "-M", "mps3-an547", "-display", "none", "-monitor", "none"]
    command += ["-semihosting-config", "enable=on,target=native", "-kernel", "firmware.elf"]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=60)
    outputs = model.run_arrays([inputs], on="reference", raw=True)
    rows = [b"".join(each[call].tobytes() for each in outputs) for call in range(CALLS)]
    assert (tmp_path / "outputs.bin").read_bytes() == b"".join(rows)


# What is emitted


def test_what_shares_code_or_constants_has_them_in_each_section(tmp_path: Path) -> None:
    build = Builder()
    value = build.conv(build.input(1, 6, 6, 4), 4, "first")
    (node,) = build.graph.nodes
    for name in ("second", "third"):
        inputs = (value, *node.inputs[1:])
        value = build.graph.add_node(node.op, inputs, name, quantization=Q)
    build.output(value)
    preferences = Preferences(place=("code:first=.itcm", "weights:third=.ext"))
    model = CompiledModel(generate(build.graph, find_target("host"), preferences=preferences))
    found = sections(code(model), tmp_path)
    assert found["model_run_first"] == ".itcm.model_run_first"
    assert found["model_run_second"] == ".text"
    assert "model_run_third" not in found
    assert found["model_weight"] == ".rodata"
    assert found["model_weight_2"] == ".ext.model_weight_2"


def test_the_last_rule_that_matches_counts(tmp_path: Path) -> None:
    model = placed("*=.a", "code:features.?=.b", "weights:features.1=.$c", "arena=d.e", "state=_f")
    found = sections(code(model), tmp_path)
    places = {name: section.removesuffix(f".{name}") for name, section in found.items()}
    assert places["model_run_features_0"] == places["model_run_features_1"] == ".b"
    assert places["model_run_head"] == places["model_run_maximum"] == ".a"
    assert places["model_weight"] == places["model_weight_4"] == ".a"
    assert places["model_weight_2"] == ".$c"
    assert (places["model_arena"], places["model_state"]) == ("d.e", "_f")
    assert places["model_run_in"] == ".text"


@pytest.mark.parametrize(
    ("macro", "section"),
    [("__attribute__((section(where)))", ".fast"), ("", ".text")],
)
def test_the_firmware_may_define_the_macro(macro: str, section: str, tmp_path: Path) -> None:
    flag = f"-DMODEL_SECTION(where,name)={macro}"
    found = sections(code(placed("code:head=.fast")), tmp_path, flag)
    assert found["model_run_head"] == section


@needs_emulator
def test_it_runs_on_boards_that_know_no_sections() -> None:
    """As tcm run and verify have them; what the model remembers begins as it should."""
    model = placed(*PLACE, target="cortex-m4", io="arena")
    assert model.verify(random=CALLS, on="emulator") == CALLS


@pytest.mark.parametrize("compiler", [["gcc"], ["clang"], ["g++", "-x", "c++", "-std=c++11"]])
def test_compilers_that_forgive_nothing_take_it(compiler: list[str], tmp_path: Path) -> None:
    files = code(placed("*=.fast", "arena=.ram", "state=.ram", prefetch=True))
    if compiler[0] == "g++":
        files = {**files, "main.c": '#include "model.h"\n#include "model_sections.h"\n'}
        (tmp_path / "only").mkdir()
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        command = [*compiler, "-Wall", "-Wpedantic", "-Werror", "-fsyntax-only", "main.c"]
        subprocess.run(command, cwd=tmp_path, check=True)
        return
    compile_strictly(files, tmp_path, compiler, how=FRONT_END)


def test_a_saved_model_keeps_its_places(tmp_path: Path) -> None:
    model = placed("head=.itcm", "arena=.dtcm", prefetch=True)
    folder = model.save(tmp_path / "out")
    assert tcm.load(folder).generated.program == model.generated.program
    plan = json.loads((folder / "plan.json").read_text())
    for bad in ['head=.a")', "head", 3, "state"]:
        plan["preferences"]["place"] = [bad]
        (folder / "plan.json").write_text(json.dumps(plan))
        with pytest.raises(TcmError, match="damaged"):
            tcm.load(folder)


def test_linked_models_keep_their_places(tmp_path: Path) -> None:
    """What two have alike and in the same section is there once."""
    models = [
        placed("code:features.*=.itcm", "weights:head=.ext", "arena=.dtcm", name="m_first"),
        placed("features.1=.itcm", name="m_second"),
    ]
    linked = link_models({m.generated.program.prefix: m.generated for m in models}, "m_both")
    files = {name: text for name, text in linked.files.items() if name.endswith((".c", ".h"))}
    found = sections(files, tmp_path)
    places = {name: section.removesuffix(f".{name}") for name, section in found.items()}
    assert places["m_both_arena"] == ".dtcm"
    assert places["m_first_run_features_0"] == places["m_first_run_features_1"] == ".itcm"
    assert "m_second_run_features_1" not in places
    assert places["m_second_run_features_0"] == ".text"
    assert places["m_first_run_classifier"] == ".text"
    by_section = [name for name, place in places.items() if place == ".ext"]
    assert by_section
    assert all(name.startswith("m_first_") for name in by_section)
    compile_strictly(files, tmp_path, ["gcc"], how=FRONT_END)


def test_linked_models_have_one_arena(tmp_path: Path) -> None:
    models = [placed(f"arena=.{name}", name=name) for name in ("first", "second")]
    with pytest.raises(TcmError, match="the arena, which they share, in different sections"):
        link_models({m.generated.program.prefix: m.generated for m in models}, "both")


# What is wrong


WRONG = {
    "head": "a place is not understood",
    "=.itcm": "a place is not understood",
    "head=": "cannot be the name of a section",
    "head=a b": "cannot be the name of a section",
    'head=.a" ': "cannot be the name of a section",
    "head=3": "cannot be the name of a section",
    f"head=.{'a' * 64}": "cannot be the name of a section",
    "hea=.itcm": "no layer is called hea.*head",
    "features.3=.itcm": r"no layer is called features\.3.*features\.2",
    "data:head=.itcm": "no layer is called data:head.*code: and weights:",
    "weights:maximum=.ext": "nothing would lie in the section .ext.*maximum",
}


@pytest.mark.parametrize("place", WRONG)
def test_what_is_wrong_is_told(place: str) -> None:
    with pytest.raises(TcmError, match=f"(?s){WRONG[place]}"):
        placed(place)


def test_there_may_be_no_state_to_place() -> None:
    build = Builder()
    build.output(build.conv(build.input(*SHAPE), 3))
    with pytest.raises(TcmError, match="the model keeps no state"):
        generate(build.graph, find_target("host"), preferences=Preferences(place=("state=.a",)))


def test_the_command(tmp_path: Path) -> None:
    """What is wrong in the option is told before the factory, which there is not, is looked for."""
    command = ["compile", "missing.py:build", "-o", str(tmp_path / "out"), "--place"]
    with pytest.raises(TcmError, match="cannot be the name of a section"):
        app([*command, "head=.a b"], standalone_mode=False)
    with pytest.raises(TcmError, match="missing"):
        app([*command, "head=.a", "--place", "arena=.b"], standalone_mode=False)


# The firmware is told which weights are needed


RECORDING = """
#include <stdio.h>
#define MODEL_PREFETCH(layer) printf("prefetch %d\\n", layer)
#define TCM_LAYER(index, output, bytes) printf("computed %d\\n", (int)(index))
"""


def recorded(model: CompiledModel, calls: str, folder: Path) -> list[str]:
    """The hooks of an inference, in the order of their calls."""
    for name, text in code(model).items():
        (folder / name).write_text(text)
    (folder / "record.h").write_text(RECORDING)
    main = (
        f'#include "model.h"\nstatic int8_t in[999], out[2][999];\nint main(void) {{ {calls} }}\n'
    )
    (folder / "main.c").write_text(main)
    command = ["gcc", "-include", "record.h", "main.c", "model.c", "weights.c", "-o", "main"]
    subprocess.run(command, cwd=folder, check=True)
    result = subprocess.run([folder / "main"], check=True, capture_output=True, text=True)
    return result.stdout.splitlines()


RUN = "return model_run(in, out[0], out[1]);"


def order(layers: Sequence[int], told: Sequence[int]) -> list[str]:
    lines = ((f"prefetch {i}" if i in told else "", f"computed {i}") for i in layers)
    return [line for pair in lines for line in pair if line]


def constants(model: CompiledModel) -> dict[str, int]:
    header = model.generated.program.files["model.h"]
    return {name: int(v) for name, v in re.findall(r"#define MODEL_LAYER_(\w+) (\d+)", header)}


def test_layers_whose_weights_are_placed_are_announced(tmp_path: Path) -> None:
    model = placed("code:*=.text", "weights:features.?=.a", "weights:head=.b")
    names = [layer.name for layer in model.generated.program.layers]
    told = constants(model)
    assert told == {
        "FEATURES_0": names.index("features.0"),
        "FEATURES_1": names.index("features.1"),
        "FEATURES_2": names.index("features.2"),
        "HEAD": names.index("head"),
    }
    assert recorded(model, RUN, tmp_path) == order(range(len(names)), [*told.values()])


def test_all_layers_may_be_announced(tmp_path: Path) -> None:
    model = placed(prefetch=True)
    layers = range(len(model.generated.program.layers))
    assert [*constants(model).values()] == [*layers]
    assert "model_sections.h" not in model.generated.program.files
    assert recorded(model, RUN, tmp_path) == order(layers, layers)


def test_rows_are_announced_before_the_first(tmp_path: Path) -> None:
    build = Builder()
    value = build.conv(build.conv(build.input(1, 6, 4, 4), 8, "first"), 4, "second")
    build.output(build.conv(value, 2, "third"))
    preferences = Preferences(io="rows", ram_bytes=LEAST, place=("weights:*=.a",))
    model = CompiledModel(generate(build.graph, find_target("host"), preferences=preferences))
    assert constants(model) == {"FIRST": 0, "SECOND": 1, "THIRD": 2}
    push = "return model_push_rows(in, {}, out[0]) < 0;"
    lines = recorded(model, f"model_push_rows(in, 2, out[0]); {push.format(4)}", tmp_path)
    told = [f"prefetch {index}" for index in range(3)]
    assert lines[:3] == told
    assert [line for line in lines if line in told] == told * 2
