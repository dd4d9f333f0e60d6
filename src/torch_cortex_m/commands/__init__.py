"""What the commands of ``tcm`` do, one file each."""

from .compile import compile_source
from .diff import diff_folders
from .doctor import diagnose
from .link import link_folders
from .ops import list_operators
from .plan import plan_folder
from .profile import profile_folder
from .project import ship_folder
from .report import report_folder
from .run import run_folder
from .tune import tune_folder
from .tune_firmware import write_tuning_firmware
from .verify import verify_folder

__all__ = [
    "compile_source",
    "diagnose",
    "diff_folders",
    "link_folders",
    "list_operators",
    "plan_folder",
    "profile_folder",
    "report_folder",
    "run_folder",
    "ship_folder",
    "tune_folder",
    "verify_folder",
    "write_tuning_firmware",
]
