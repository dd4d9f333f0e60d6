"""The ``tcm`` command. Each command imports what it needs when it runs, so that help is instant."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from .endings import run_command
from .manifest import remember_command
from .sizes import bytes_of


class Commands(TyperGroup):
    """Help calls arguments by their names alone, without the types that they have in Python."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        command: Any = super().get_command(ctx, cmd_name)
        for each in () if command is None else command.params:
            if each.param_type_name == "argument":
                each.display_type_rich = _no_type
        return command


def _no_type(ctx: Any) -> None:
    pass


app = typer.Typer(
    name="tcm",
    cls=Commands,
    help="Compile a PyTorch or TensorFlow Lite model to C for Arm Cortex-M: int8, bit-exact.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

ARRAYS = "An .npz with one array an input: by name if all have the names of inputs, else in order."

BYTES = "Bytes (or 64K, 1M: K is 1024)"


def _size(text: str) -> int:
    return _read_size(text, "")


def _ram(text: str) -> int | str:
    return text if text == "min" else _read_size(text, ", nor min")


def _read_size(text: str, other: str) -> int:
    try:
        return bytes_of(text)
    except ValueError as error:
        raise typer.BadParameter(f"{error}{other}") from None


Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder that tcm compile wrote.")]
InputsOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help=f"{ARRAYS} Real numbers are float32, or the integers that the C has "
        "(default: random ones).",
    ),
]

PROFILED = "A folder that tcm compile wrote, or a file of what tcm profile --json printed."
OutFolder = Annotated[
    Path, typer.Option("-o", "--out", metavar="FOLDER", help="The folder to write.")
]
MarkdownOption = Annotated[bool, typer.Option("--markdown", help="Print a page of Markdown.")]
CyclesBudget = Annotated[
    int | None,
    typer.Option(metavar="N", min=0, help="Estimated cycles of one inference at most."),
]
InstructionsBudget = Annotated[
    int | None,
    typer.Option(metavar="N", min=0, help="Instructions of one inference at most."),
]
TuningOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Measurements of tcm tune to choose by (default: those that ship)."
    ),
]
RamBudget = Annotated[
    int | None,
    typer.Option(
        parser=_size, metavar="BYTES", help=f"{BYTES} of arena, states and stack at most."
    ),
]
FlashBudget = Annotated[
    int | None,
    typer.Option(parser=_size, metavar="BYTES", help=f"{BYTES} of code and constants at most."),
]
LossBudget = Annotated[
    float | None,
    typer.Option(
        metavar="PERCENT",
        min=0,
        help="Quantization error of an output at most, in percent of its size (RMS).",
    ),
]


def main() -> None:
    """Runs the command line: the process ends as ``run_command`` says."""
    remember_command(sys.argv[1:])
    run_command(app)


def _version(wanted: bool) -> None:
    if wanted:
        from . import __version__

        print(f"tcm {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command()
def compile(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="FILE.py:FUNCTION, a function that returns the model, example inputs and, if you "
            "have it, calibration data; or a .pt2 or .tflite file.",
        ),
    ],
    out: OutFolder,
    target: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="A core, cortex-m0 to cortex-m85; a part, such as stm32f411; or host, for C that "
            "runs anywhere.",
        ),
    ] = "cortex-m4",
    calibration: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help=f"{ARRAYS} Each is samples x the input's shape (default: what SOURCE returns, or "
            "its example inputs).",
        ),
    ] = None,
    state: Annotated[
        list[str] | None,
        typer.Option(
            metavar="IN=OUT",
            help="An input that becomes a state, and the output (name or place) that the next call "
            "finds in it; may be repeated.",
        ),
    ] = None,
    name: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="What the names of the files and functions begin with: letters, digits and _.",
        ),
    ] = "model",
    kernels: Annotated[
        str,
        typer.Option(
            metavar="ours|cmsis-nn|any",
            help="Whose kernels compute the layers: ours, those of CMSIS-NN where it has one, or "
            "the faster ones of both.",
        ),
    ] = "ours",
    cmsis_nn_include: Annotated[
        list[Path] | None,
        typer.Option(metavar="FOLDER", help="Include folder of CMSIS-NN; may be repeated."),
    ] = None,
    cmsis_nn_library: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="CMSIS-NN built for the target (.a)."),
    ] = None,
    float_io: Annotated[
        bool,
        typer.Option("--float-io", help="The C takes and gives float32 (default: int8)."),
    ] = False,
    optimize: Annotated[
        str,
        typer.Option(
            metavar="speed|size|balanced",
            help="Which kernels are best: the fastest, those of the least code and constants, or "
            "something between.",
        ),
    ] = "speed",
    flash: Annotated[
        int | None,
        typer.Option(
            parser=_size,
            metavar="BYTES",
            help=f"{BYTES} that the layers' constants and code may take, measured or else "
            "estimated; code that layers share counts once (default: no limit).",
        ),
    ] = None,
    ram: Annotated[
        Any,
        typer.Option(
            parser=_ram,
            metavar="BYTES|min",
            help=f"{BYTES} that the arena (values and scratch memory) may take, or min for the "
            "least. States, stack and the caller's inputs and outputs are beside it and not "
            "counted; tcm profile has the first three (default: no limit).",
        ),
    ] = None,
    io: Annotated[
        str,
        typer.Option(
            metavar="caller|arena|rows",
            help="caller: the C takes pointers to inputs and outputs; arena: they lie in the "
            "arena, where the header says; rows: the input comes a few rows a call.",
        ),
    ] = "caller",
    stream: Annotated[
        str | None,
        typer.Option(
            metavar="INPUT[:AXIS]",
            help="Take the frames along this axis of an input a few a call, not as a window.",
        ),
    ] = None,
    hop: Annotated[
        int | None, typer.Option(metavar="N", help="New frames a call, with --stream.")
    ] = None,
    tuning: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Measurements of tcm tune to choose kernels by; with --tune where they are kept "
            "(then the default is tuning.json in the current folder).",
        ),
    ] = None,
    tune: Annotated[
        bool,
        typer.Option("--tune", help="First measure all kernels on all layers, in the emulator."),
    ] = False,
    dump_ir: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Write the graph there as text, after every step of its changes."
        ),
    ] = None,
    place: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[code:|weights:]LAYERS=SECTION",
            help="The linker's section for layers (names may have * and ?), arena=SECTION or "
            "state=SECTION; may be repeated.",
        ),
    ] = None,
    prefetch: Annotated[
        bool,
        typer.Option(
            "--prefetch",
            help="Call the macro NAME_PREFETCH before every layer (docs/placement.md).",
        ),
    ] = False,
    kernel: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LAYERS=FILE.h:FUNCTION",
            help="A C function of yours that computes a layer (names may have * and ?); it is "
            "compared with the reference first. May be repeated.",
        ),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Print the time of each stage.")
    ] = False,
) -> None:
    """Compile a model to a folder of C."""
    from .commands import compile_source

    compile_source(
        source,
        out,
        calibration,
        target=target,
        state=state or (),
        name=name,
        kernels=kernels,
        cmsis_nn_include=cmsis_nn_include or (),
        cmsis_nn_library=cmsis_nn_library,
        float_io=float_io,
        optimize=optimize,
        flash=flash,
        ram=ram,
        io=io,
        stream=stream,
        hop=hop,
        tuning=tuning,
        tune=tune,
        dump_ir=dump_ir,
        place=place or (),
        prefetch=prefetch,
        kernel=kernel or (),
        verbose=verbose,
    )


@app.command()
def run(
    folder: Folder,
    inputs: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            help=f"{ARRAYS} Real numbers are float32, or uint8 where the model's example is that.",
        ),
    ],
    on: Annotated[
        str,
        typer.Option(
            metavar="PLACE",
            help="host: this computer, with portable kernels; emulator: the core; reference: "
            "PyTorch; or a board, serial:PORT.",
        ),
    ] = "host",
    raw: Annotated[bool, typer.Option("--raw", help="Quantized integers in and out.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", metavar="FILE", help="Write the outputs as .npz (default: print them)."
        ),
    ] = None,
) -> None:
    """Run a compiled model on inputs."""
    from .commands import run_folder

    run_folder(folder, inputs, on, raw, out)


@app.command()
def verify(
    folder: Folder,
    inputs: InputsOption = None,
    random: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            help="How many random samples, beside --inputs (default: 2); calls in a row where the "
            "model has states (default: 16).",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Seed of the random samples.")] = 0,
    on: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PLACE",
            help="host, emulator or a board, serial:PORT; may be repeated (default: the first "
            "two).",
        ),
    ] = None,
    layers: Annotated[
        bool,
        typer.Option("--layers", help="Compare after every layer; name the first that differs."),
    ] = False,
) -> None:
    """Prove that all C computes the same bytes as the reference.

    That is: the reference in PyTorch, portable C on this computer, and the C for the core in an
    emulator.
    """
    from .commands import verify_folder

    verify_folder(folder, inputs, random, seed, on, layers)


@app.command()
def profile(
    folder: Folder,
    inputs: InputsOption = None,
    part: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Also what it takes on this microcontroller, behind caches of flash: stm32f411, "
            "rp2350 ... (default: the part that the folder was compiled for).",
        ),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(metavar="serial:PORT", help="Also what it takes on a board (docs/board.md)."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    markdown: MarkdownOption = False,
    max_cycles: CyclesBudget = None,
    max_instructions: InstructionsBudget = None,
    max_ram: RamBudget = None,
    max_flash: FlashBudget = None,
    max_loss: LossBudget = None,
) -> None:
    """Measure layers, memory and stack on an emulated core.

    The exit status is 1 if a budget (--max-...) is not kept.
    """
    from .commands import profile_folder
    from .model.budgets import Budgets

    budgets = Budgets(max_cycles, max_instructions, max_ram, max_flash, loss=max_loss)
    kept = profile_folder(folder, inputs, part, on, json, markdown, budgets)
    raise typer.Exit(0 if kept else 1)


@app.command()
def report(
    folder: Folder,
    html: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The page to write (default, without --json: report.html in FOLDER).",
        ),
    ] = None,
    json: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The same as data; docs/report.md says what there is."),
    ] = None,
    inputs: InputsOption = None,
    tuning: TuningOption = None,
    measure: Annotated[
        bool, typer.Option(help="Measure on the emulated core (where there is one).")
    ] = True,
    curves: Annotated[
        bool, typer.Option(help="Also find out what less RAM and flash would cost.")
    ] = True,
) -> None:
    """Write a page about a compiled model.

    It shows the graph, memory over time, what layers cost, and what less memory would cost.
    """
    from .commands import report_folder

    page = folder / "report.html" if html is None and json is None else html
    report_folder(folder, page, json, inputs, tuning, measure=measure, curves=curves)


@app.command()
def project(
    folder: Folder,
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help="arduino, cmsis-pack, cubeide, make, platformio, rust, serial or zephyr "
            "(docs/projects.md).",
        ),
    ],
    out: OutFolder,
    version: Annotated[
        str | None,
        typer.Option(
            metavar="X.Y.Z",
            help="The project's own version (arduino, cmsis-pack, platformio, rust; default: that "
            "of tcm).",
        ),
    ] = None,
) -> None:
    """Write a library, module or crate for another build system."""
    from .commands import ship_folder

    ship_folder(folder, kind, out, version)


@app.command()
def link(
    folders: Annotated[
        list[Path],
        typer.Argument(metavar="FOLDER", help="Two or more folders that tcm compile wrote."),
    ],
    out: OutFolder,
    name: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="What the names of the files and of the arena that the models share begin with.",
        ),
    ] = "models",
) -> None:
    """Put several models into one folder.

    They share code, constants and working memory.
    """
    from .commands import link_folders

    link_folders(folders, out, name)


@app.command()
def plan(
    folder: Folder,
    tuning: TuningOption = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Tell what smaller budgets of RAM would take and cost."""
    from .commands import plan_folder

    plan_folder(folder, tuning, json)


@app.command()
def diff(
    before: Annotated[Path, typer.Argument(metavar="BEFORE", help=PROFILED)],
    after: Annotated[Path, typer.Argument(metavar="AFTER", help=PROFILED)],
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    markdown: MarkdownOption = False,
    max_cycles: CyclesBudget = None,
    max_instructions: InstructionsBudget = None,
    max_ram: RamBudget = None,
    max_flash: FlashBudget = None,
    max_loss: LossBudget = None,
    max_growth: Annotated[
        float | None,
        typer.Option(
            metavar="PERCENT",
            min=0,
            help="Percent that instructions, cycles, RAM and flash may each grow by.",
        ),
    ] = None,
) -> None:
    """Tell what changed between two compilations.

    The exit status is 1 if AFTER does not keep a budget (--max-...).
    """
    from .commands import diff_folders
    from .model.budgets import Budgets

    budgets = Budgets(max_cycles, max_instructions, max_ram, max_flash, max_growth, max_loss)
    raise typer.Exit(0 if diff_folders(before, after, json, markdown, budgets) else 1)


@app.command()
def tune(
    folder: Folder,
    tuning: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            help="The file to keep measurements in, of any number of models and cores; what it has "
            "is not measured again. A bare name is one in the current folder.",
        ),
    ] = Path("tuning.json"),
    optimize: Annotated[
        str | None,
        typer.Option(metavar="speed|size|balanced", help="As for compile (default: as compiled)."),
    ] = None,
    flash: Annotated[
        int | None,
        typer.Option(parser=_size, metavar="BYTES", help="As for compile (default: as compiled)."),
    ] = None,
    ram: Annotated[
        Any,
        typer.Option(
            parser=_ram,
            metavar="BYTES|min",
            help="As for compile (default: as compiled).",
        ),
    ] = None,
    jobs: Annotated[
        int, typer.Option("-j", "--jobs", metavar="N", min=1, help="How many to measure at a time.")
    ] = 1,
    on: Annotated[
        str | None,
        typer.Option(
            metavar="serial:PORT",
            help="Let cycles on a board decide, which runs what --firmware wrote.",
        ),
    ] = None,
    firmware: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Only write what a board needs for that, as C (docs/board.md).",
        ),
    ] = None,
    image_flash: Annotated[
        int | None,
        typer.Option(
            parser=_size,
            metavar="BYTES",
            help=f"{BYTES} that it may take, with --firmware; several images where it has more.",
        ),
    ] = None,
) -> None:
    """Measure every kernel on every layer, keep the best in the folder."""
    from .commands import tune_folder, write_tuning_firmware

    if firmware is not None and on is not None:
        raise typer.BadParameter("--firmware comes first, --on when the board has it")
    if firmware is None and image_flash is not None:
        raise typer.BadParameter("--image-flash says how large --firmware may be")
    choices = {"--optimize": optimize, "--flash": flash, "--ram": ram}
    chosen = [option for option, value in choices.items() if value is not None]
    if firmware is not None and chosen:
        raise typer.BadParameter(
            f"--firmware has all kernels; {' and '.join(chosen)} choose among them, with --on"
        )
    if firmware is None:
        tune_folder(folder, tuning, jobs, on=on, optimize=optimize, flash=flash, ram=ram)
    else:
        write_tuning_firmware(folder, firmware, tuning, jobs, image_flash)


@app.command()
def ops(
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the signature of each, as torch has it.")
    ] = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the page of documentation.")
    ] = False,
) -> None:
    """List the operators, what they stand for, and their kernels."""
    from .commands import list_operators

    list_operators(schema=schema, as_markdown=markdown)


@app.command()
def doctor(
    fix: Annotated[
        bool,
        typer.Option(
            "--fix",
            help="Print what installs all that is missing; run it where that needs no password.",
        ),
    ] = False,
) -> None:
    """Tell what is installed and what is missing."""
    from .commands import diagnose

    raise typer.Exit(0 if diagnose(fix=fix) else 1)
