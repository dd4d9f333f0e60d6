"""Buffers that forward assigns to, as ``self.state = ...``.

torch.export loses the assignments to buffers of the modules inside a model. Those to the model's
own become copies at the end, one after the other, so that a buffer that was assigned another one,
or a part of it, may be given what that one is after its own copy.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils import _pytree as pytree

from .states import check_update


@contextmanager
def assignments_as_copies(model: nn.Module) -> Iterator[None]:
    """While it is captured, the model ends with a copy into each such buffer, of what forward has
    left there and no other copy changes.

    Raises TcmError, when forward runs, for a buffer that changes its shape or type.
    """
    forward, own = model.forward, model.__dict__.get("forward")

    @wraps(forward)
    def copying(*args: Any, **kwargs: Any) -> Any:
        before = buffers_of(model)
        outputs = forward(*args, **kwargs)
        after = buffers_of(model)
        changed = {path: old for path, old in before.items() if after[path] is not old}
        outputs = pytree.tree_map(lambda each: _kept(each, changed.values()), outputs)
        values = {path: after[path].clone() for path in changed}
        for path, value in values.items():
            owner, _, name = path.rpartition(".")
            if not owner:
                setattr(model, name, value)  # which torch.export sees
                continue
            check_update(path, changed[path], value, path)
            model.get_submodule(owner)._buffers[name] = changed[path].copy_(value)
        return outputs

    model.forward = copying
    try:
        yield
    finally:
        del model.forward
        if own is not None:
            model.forward = own


def buffers_of(model: nn.Module) -> dict[str, Tensor]:
    """By path; one that has several paths by each of them."""
    return dict(model.named_buffers(remove_duplicate=False))


def _kept(output: Any, changed: Any) -> Any:
    """An output that is what a buffer was before stays so."""
    if not isinstance(output, Tensor):
        return output
    aliases = any(torch._C._is_alias_of(output, old) for old in changed)  # type: ignore[attr-defined]
    return output.clone() if aliases else output
