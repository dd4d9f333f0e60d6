"""Writes .pt2 files, and files as somebody might alter them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

Records = dict[str, bytes]

PROGRAM = "models/model.json"


def save_program(model: nn.Module, inputs: tuple[Any, ...], path: Path) -> Path:
    torch.export.save(torch.export.export(model.eval(), inputs), path)
    return path


def read_records(path: Path) -> Records:
    """Name of a record (without the archive's own folder) -> content."""
    with zipfile.ZipFile(path) as archive:
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


def write_records(path: Path, records: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in records.items():
            archive.writestr(f"model/{name}", content)
    return path


def altered(path: Path, record: str, change: Callable[[Any], Any]) -> Path:
    """A copy beside ``path`` where ``change`` has altered the JSON of a record in place."""
    records = read_records(path)
    data = json.loads(records[record])
    change(data)
    records[record] = json.dumps(data).encode()
    return write_records(path.with_name("altered.pt2"), records)
