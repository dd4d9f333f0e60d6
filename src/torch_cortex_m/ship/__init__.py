"""The emitted C as what other build systems take: a library, a module, a crate."""

from .linking import link_models, write_linked
from .projects import KINDS, project_files, write_project

__all__ = ["KINDS", "link_models", "project_files", "write_linked", "write_project"]
