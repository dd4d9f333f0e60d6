"""The second half of the story: graph -> kernels -> memory -> C, for one target."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from ..build import KernelLibrary
from ..emit import Guard, Linked, LinkedModel, emit, emit_linked
from ..errors import TcmError
from ..ir import Graph
from ..ir.artifacts import Folding, Loss, MemoryPlan, Program, Removed, Sections
from ..measured.measurements import Measurements, measurements_for
from ..ops.base import Kernel, Layer
from ..plan import check_plan, plan_memory
from ..schedule import RowsByNode, schedule_of
from ..select import CostModel, Selection, rank_kernels
from ..select.choice import Choice
from ..select.comparison import Comparison
from ..select.ram_budget import ArenaPlanner
from ..stages import stage
from ..target import Target, cores_like, part_with_waiting
from .flash_budget import CHANGE_BOTH, flash_bytes, reduced_to, within_flash
from .objective import preferring_chosen, weighed
from .preferences import DEFAULT_PREFERENCES, Preferences
from .ram import RamBudget
from .rows_cost import cost_of_rows, rows_code, rows_cycles
from .scratch import library_scratch_bytes
from .sections import sections_of


@dataclass(frozen=True)
class Generated:
    """A graph's C for one target, with the decisions that led to it.

    uncut: the graph before layers were cut in pieces that go by rows; the same object where none
    was.
    folding, removed: what the graph lost before. preferences: what the kernels were chosen for,
    without measurements. layers: what one call of each node's kernel computes.
    estimated_cycles: of one inference, by what its layers were measured to take, or others like
    them, and of what goes by rows; what is not known counts as 0. fastest_cycles: the same without
    budgets, where this was chosen within some. losses: what quantization costs values, as far as
    that is known.
    """

    graph: Graph
    uncut: Graph
    target: Target
    selection: Selection
    plan: MemoryPlan
    program: Program
    library: KernelLibrary | None = None
    folding: Folding | None = None
    preferences: Preferences = field(default_factory=lambda: Preferences())
    estimated_cycles: int = 0
    fastest_cycles: int = 0
    removed: tuple[Removed, ...] = ()
    layers: Mapping[str, Layer] = field(default_factory=dict[str, Layer])
    losses: Mapping[str, Loss] = field(default_factory=dict[str, Loss])


def generate(
    graph: Graph,
    target: Target,
    *,
    prefix: str = "model",
    library: KernelLibrary | None = None,
    forced: Mapping[str, str] | None = None,
    regions: Sequence[RowsByNode] = (),
    preferences: Preferences = DEFAULT_PREFERENCES,
) -> Generated:
    """Selects, plans and emits; ``forced``: node name -> kernel. ``regions``: of nodes that compute
    their outputs a few rows at a time; a budget of RAM may make others.

    Raises TcmError if the model does not fit the target's limits or the budgets, or has not what is
    placed.
    """
    return generate_all(
        {prefix: graph},
        target,
        library=library,
        forced={prefix: forced or {}},
        regions={prefix: regions},
        preferences=preferences,
    )[0]


def generate_all(
    graphs: Mapping[str, Graph],
    target: Target,
    *,
    library: KernelLibrary | None = None,
    forced: Mapping[str, Mapping[str, str]] | None = None,
    regions: Mapping[str, Sequence[RowsByNode]] | None = None,
    preferences: Preferences = DEFAULT_PREFERENCES,
) -> list[Generated]:
    """``generate`` for each graph by prefix; the library is asked for all scratch sizes at once."""
    choices = {
        prefix: best_choice(
            graph,
            target,
            library=library,
            forced=(forced or {}).get(prefix, {}),
            regions=(regions or {}).get(prefix, ()),
            preferences=preferences,
        )
        for prefix, graph in graphs.items()
    }
    scratch = _library_scratch(choices, target, library)
    return [
        _emit(prefix, choice, target, library, preferences, scratch[prefix])
        for prefix, choice in choices.items()
    ]


@stage("choice of kernels")
def best_choice(
    graph: Graph,
    target: Target,
    *,
    library: KernelLibrary | None = None,
    forced: Mapping[str, str] | None = None,
    regions: Sequence[RowsByNode] = (),
    preferences: Preferences = DEFAULT_PREFERENCES,
) -> Choice:
    """All kernels of each node, ranked, and the best of them; budgets are not kept yet.

    Arguments, and what is raised, as of ``generate``.
    """
    own = {each.layer: each.kernel for each in preferences.own_kernels}
    graph = keeping(graph, preferences)
    model = cost_model(target, preferences)
    schedule = schedule_of(graph, regions, input_to_push(graph, preferences.io))
    ranked = rank_kernels(
        graph,
        target,
        library=library.symbols if library is not None else frozenset(),
        forced=forced or {},
        model=model,
        objective=preferences.objective,
        prefer_library=preferences.prefer_library,
        layers=schedule.layers,
        own=own,
    )
    best = Choice.best(graph, ranked, model, schedule.layers, schedule.regions)
    return weighed(best, preferences.objective, prefer_library=preferences.prefer_library)


def keeping(graph: Graph, preferences: Preferences) -> Graph:
    """The graph, which leaves the layers as they are that have a kernel of their own."""
    own = frozenset(each.layer for each in preferences.own_kernels)
    return graph if own <= graph.kept else replace(graph, kept=graph.kept | own)


def cost_model(target: Target, preferences: Preferences) -> CostModel:
    """By the preferences' measurements, or else by what ships."""
    cores = cores_like(target)
    measurements, comparisons = preferences.measurements, dict[str, Comparison]()
    if measurements is None:
        measurements, comparisons = _shipped(tuple(cores))
    own, *others = (measurements.for_core(name) for name in cores)
    part = part_with_waiting(target)
    if part is None:
        return CostModel(own, others, comparisons=comparisons)
    on_part = measurements.on_part(part.core, part.name)
    return CostModel(own, others, on_part, part.fetch_cycles, comparisons)


@cache
def _shipped(cores: tuple[str, ...]) -> tuple[Measurements, dict[str, Comparison]]:
    """What ships for these cores, and the comparisons that all its models share."""
    return measurements_for(cores), {}


def input_to_push(graph: Graph, io: str) -> str | None:
    """The input whose rows the caller pushes. Raises TcmError where there are several."""
    if io != "rows":
        return None
    if len(graph.inputs) != 1:
        raise TcmError(
            "only the rows of a single input can be pushed",
            where="io",
            expected="a model with one input",
            got=f"{len(graph.inputs)} inputs",
            hint="io='arena' lets inputs share memory with what is computed later",
        )
    return graph.inputs[0].value


def _library_scratch(
    choices: Mapping[str, Choice], target: Target, library: KernelLibrary | None
) -> dict[str, dict[tuple[str, str], int]]:
    """Prefix -> (node output, kernel) -> scratch bytes that the library asks for, for all kernels
    that could be chosen."""
    asked = {
        (prefix, name, kernel.name): (kernel, choice.layers[name])
        for prefix, choice in choices.items()
        for name, kernels in choice.ranked.items()
        for kernel in kernels
        if kernel.scratch_function
    }
    sizes = {} if library is None else library_scratch_bytes(asked, target, library)
    result: dict[str, dict[tuple[str, str], int]] = {prefix: {} for prefix in choices}
    for (prefix, name, kernel), size in sizes.items():
        result[prefix][name, kernel] = size
    return result


def _emit(
    prefix: str,
    choice: Choice,
    target: Target,
    library: KernelLibrary | None,
    preferences: Preferences,
    library_scratch: Mapping[tuple[str, str], int],
) -> Generated:
    def planner_of(choice: Choice) -> ArenaPlanner:
        return _arena_planner(choice, library_scratch, preferences.io)

    budget = RamBudget(
        target,
        planner_of,
        preferences.io,
        may_go_by_rows=library is None,
        pushed=input_to_push(choice.graph, preferences.io),
        objective=preferences.objective,
    )
    if preferences.objective != "speed":
        choice = preferring_chosen(choice)
    uncut, fastest_cycles = choice.graph, choice.total_time
    choice = _within_budgets(choice, preferences, budget)
    plan, program = _program(prefix, choice, target, planner_of(choice), preferences)
    limit = target.flash_bytes
    if limit is not None and program.constant_bytes > limit:
        choice = budget.within(reduced_to(choice, limit), preferences.ram_bytes)
        plan, program = _program(prefix, choice, target, planner_of(choice), preferences)
    check_fits(target, program)
    return Generated(
        choice.graph,
        uncut,
        target,
        choice.selection,
        plan,
        program,
        library,
        None,
        replace(preferences, measurements=None),
        _estimated_cycles(choice, target),
        fastest_cycles,
        layers=choice.layers,
    )


def _estimated_cycles(choice: Choice, target: Target) -> int:
    layers = choice.total_time
    return layers and layers + rows_cycles(choice, cost_of_rows(target))


@stage("choice of kernels")
def _within_budgets(choice: Choice, preferences: Preferences, budget: RamBudget) -> Choice:
    """Without strips, which have functions of their own, where the flash is too small for them.
    Raises TcmError."""
    flash, ram = preferences.flash_bytes, preferences.ram_bytes
    try:
        return _within_both(choice, budget, flash, ram)
    except TcmError:
        if flash is None or ram is None:
            raise
        return _within_both(choice, replace(budget, may_cut=False), flash, ram)


def _within_both(
    choice: Choice, budget: RamBudget, flash: int | None, ram: int | str | None
) -> Choice:
    """RAM first: flash is then traded among kernels that fit the RAM."""
    choice = budget.within(choice, ram)
    if flash is None:
        return choice
    cost = cost_of_rows(budget.target)
    choice = within_flash(choice, flash, cost)
    if ram is None or budget.holds(choice, ram):
        return choice
    choice = budget.within(choice, ram)
    size = flash_bytes(choice) + rows_code(choice.graph, choice.regions, cost)
    if size > flash:
        raise TcmError(
            "no choice of kernels was found that keeps both budgets",
            where="flash and ram",
            expected=f"at most {flash} bytes of flash and {ram} bytes of RAM",
            got=f"{size} bytes of flash within the RAM budget",
            hint=CHANGE_BOTH,
        )
    return choice


def _program(
    prefix: str, choice: Choice, target: Target, planner: ArenaPlanner, preferences: Preferences
) -> tuple[MemoryPlan, Program]:
    sections = _sections(choice.graph, preferences)
    with stage("memory plan"):
        plan = planner.plan(choice.selection)
    guard = _guard(target, choice.selection.values())
    with stage("emission"):
        return plan, emit(
            choice.graph, choice.layers, choice.selection, plan, prefix, guard, sections
        )


def _sections(graph: Graph, preferences: Preferences) -> Sections:
    return sections_of(graph, preferences.place, prefetch=preferences.prefetch)


def link(models: Sequence[Generated], name: str) -> Linked:
    """The C of several models for one target in one folder; ``name`` begins the names of the files
    that they share. Raises TcmError if their names meet, or the target is too small for all."""
    target = models[0].target
    kernels = [kernel for model in models for kernel in model.selection.values()]
    linked = emit_linked(
        [
            LinkedModel(
                each.graph,
                each.layers,
                each.selection,
                each.plan,
                each.program.prefix,
                _guard(target, each.selection.values()),
                _sections(each.graph, each.preferences),
            )
            for each in models
        ],
        name,
        _guard(target, kernels),
    )
    check_fits(target, linked)
    return linked


def _guard(target: Target, kernels: Iterable[Kernel]) -> Guard | None:
    """None, where every kernel is portable."""
    needs = frozenset[str]().union(*(kernel.needs for kernel in kernels))
    macros = target.required_macros(needs)
    if not macros:
        return None
    return Guard(
        macros,
        f"generated for {target.name}: compile with {target.core_flag}; "
        "for a PC, generate with --target host",
        clang_must_optimize="mve" in needs,
    )


def _arena_planner(
    choice: Choice, library_scratch: Mapping[tuple[str, str], int], io: str
) -> ArenaPlanner:
    def scratch(name: str, kernel: Kernel) -> int:
        asked = library_scratch.get((name, kernel.name))
        return kernel.scratch_bytes(choice.layers[name]) if asked is None else asked

    return ArenaPlanner(scratch, lambda selection: _plan(choice, selection, scratch, io))


def _plan(
    choice: Choice, selection: Selection, scratch_bytes: Callable[[str, Kernel], int], io: str
) -> MemoryPlan:
    layers = choice.layers
    scratch = {name: scratch_bytes(name, kernel) for name, kernel in selection.items()}
    by_rows = {name for region in choice.regions for name in region.nodes}
    overlaps = {name: kernel.overlaps(layers[name]) for name, kernel in selection.items()}
    strided = {
        name
        for name, kernel in selection.items()
        if name not in by_rows and kernel.leaves_room(layers[name])
    }
    plan = plan_memory(
        choice.graph,
        scratch,
        overlaps,
        strided,
        ports_in_arena=io == "arena",
        regions=choice.regions,
    )
    check_plan(choice.graph, plan, scratch, overlaps)
    return plan


def check_fits(target: Target, program: Program | Linked) -> None:
    """Raises TcmError if the constants or the arena are larger than what the target allows."""
    checks = (
        ("constants", "flash", program.constant_bytes, target.flash_bytes),
        ("working memory", "RAM", program.arena_bytes, target.ram_bytes),
    )
    for what, memory, size, limit in checks:
        if limit is not None and size > limit:
            raise TcmError(
                f"the model does not fit the {memory} of {target.title}",
                expected=f"at most {limit} bytes",
                got=f"{size} bytes of {what}",
                hint="use a smaller model, or a target with more memory "
                "(tcm.Target(..., flash_bytes=..., ram_bytes=...))",
            )
