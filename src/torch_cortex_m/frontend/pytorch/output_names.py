"""The keys under which a model returns its results, where it returns dicts."""

from __future__ import annotations

from typing import Any

from torch.fx import GraphModule
from torch.utils import _pytree as pytree

OUTPUT_NAMES = "tcm_output_names"
"""Metadata of the output node: for each result the keys that lead to it, joined by dots; "" where
there are none."""


def name_outputs(module: GraphModule) -> None:
    """Notes the names of the results with the output node."""
    output = module.graph.output_node()
    count = len(output.args[0])  # type: ignore[arg-type]
    info: Any = getattr(module.graph._codegen, "pytree_info", None)
    names = [""] * count
    if info is not None and info.out_spec is not None and info.out_spec.num_leaves == count:
        numbers = pytree.tree_unflatten(list(range(count)), info.out_spec)
        for path, number in pytree.tree_flatten_with_path(numbers)[0]:
            names[number] = _name(path)
    output.meta[OUTPUT_NAMES] = names


def _name(path: tuple[Any, ...]) -> str:
    """Places in tuples and lists count where there is a key at all; a key may be a number, too."""
    keys = [getattr(key, "key", getattr(key, "idx", getattr(key, "name", ""))) for key in path]
    named = any(not isinstance(key, pytree.SequenceKey) for key in path)
    return ".".join(str(key) for key in keys) if named else ""
