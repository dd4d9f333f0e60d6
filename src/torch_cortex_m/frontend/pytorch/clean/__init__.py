"""Clean-ups of the captured program, each a function of the fx module in a file of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch.fx import GraphModule

from ..states import remove_unread_states
from .adaptive_pools import POOLS, replace_adaptive_pools
from .assignments import replace_assignments
from .attention import ATTENTION, mask_softmax, split_attention
from .bags import BAGS, replace_bags
from .batch_norm import BATCH_NORMS, fold_batch_norms
from .constants import fold_constants
from .counts import make_counts_numbers
from .early_activations import move_activations_early
from .expansions import EXPANSIONS, expand_operators
from .identities import COPIES, remove_identities
from .infinite_borders import fill_infinite_borders
from .int16_states import keep_both_results, separate_int16_states
from .mask_factors import make_masks_numbers
from .ordered import SEVERAL, select_of_sorted
from .pool_indices import find_pool_indices
from .products import fold_factors, split_products
from .recurrent import RECURRENT, replace_recurrent_layers
from .results import separate_results
from .separate_functions import separate_functions
from .unit_length import normalize_length
from .unpooling import UNPOOLING, replace_unpooling
from .updates import replace_updates

Step = Callable[[GraphModule], None]

COMMON: tuple[Step, ...] = (
    replace_updates,
    separate_results,
    replace_adaptive_pools,
    remove_identities,
    replace_assignments,
    fold_constants,
    remove_unread_states,
)
FLOAT_ONLY: tuple[Step, ...] = (
    replace_recurrent_layers,
    separate_int16_states,
    keep_both_results,
    fill_infinite_borders,
    replace_bags,
    split_attention,
    split_products,
    mask_softmax,
    fold_factors,
    normalize_length,
    fold_batch_norms,
    select_of_sorted,
    replace_unpooling,
    find_pool_indices,
    make_counts_numbers,
    expand_operators,
    fold_constants,
    make_masks_numbers,
    move_activations_early,
    separate_functions,
)

TAKEN_APART: frozenset[Any] = frozenset(
    (*EXPANSIONS, *POOLS, *BAGS, *SEVERAL, *RECURRENT, ATTENTION, UNPOOLING)
)
"""Operators that become several others."""

KNOWN = TAKEN_APART | frozenset((*BATCH_NORMS, *COPIES))
"""Operators without a pattern that the steps take away."""


def clean(module: GraphModule, *, quantized: bool) -> None:
    """Simplifies the program in place; its results stay the same (but for float rounding).

    A program that is ``quantized`` already keeps its arithmetic.
    """
    for step in COMMON if quantized else COMMON + FLOAT_ONLY:
        step(module)
        _remove_unused(module)
    module.recompile()


def _remove_unused(module: GraphModule) -> None:
    """Drops every node without users (there are no side effects left) but inputs and the output."""
    for node in reversed(list(module.graph.nodes)):
        if not node.users and node.op not in ("placeholder", "output"):
            module.graph.erase_node(node)
