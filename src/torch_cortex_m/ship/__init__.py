"""The emitted C as what other build systems take: a library, a module, a crate."""

from .projects import KINDS, project_files, write_project

__all__ = ["KINDS", "project_files", "write_project"]
