"""The choice of kernels that a compiled model is, with all that could have been chosen."""

from __future__ import annotations

from ..generate import Generated, input_to_push
from ..ir.regions import rows_by_node
from ..measured.measurements import shipped_measurements
from ..schedule import schedule_of
from ..select import CostModel, rank_kernels
from ..select.choice import Choice


def choice_of(generated: Generated) -> Choice:
    """Ranked by what ships measured; ``layers`` has what one call computes."""
    graph, target, preferences = generated.graph, generated.target, generated.preferences
    model = CostModel(shipped_measurements(target.name).for_core(target.name))
    regions = [rows_by_node(region) for region in generated.plan.regions]
    schedule = schedule_of(graph, regions, input_to_push(graph, preferences.io))
    library = generated.library
    ranked = rank_kernels(
        graph,
        target,
        library=frozenset() if library is None else library.symbols,
        model=model,
        objective=preferences.objective,
        prefer_library=preferences.prefer_library,
        layers=schedule.layers,
    )
    best = Choice.best(graph, ranked, model, schedule.layers, schedule.regions)
    return best.with_kernels(generated.selection)
