"""The choice of kernels that a compiled model is, with all that could have been chosen."""

from __future__ import annotations

from ..generate import Generated, best_choice
from ..ir.regions import rows_by_node
from ..select.choice import Choice


def choice_of(generated: Generated) -> Choice:
    """Ranked by what ships measured; ``layers`` has what one call computes."""
    best = best_choice(
        generated.graph,
        generated.target,
        library=generated.library,
        regions=[rows_by_node(region) for region in generated.plan.regions],
        preferences=generated.preferences,
    )
    return best.with_kernels(generated.selection)
