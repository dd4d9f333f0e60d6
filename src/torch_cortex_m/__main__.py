"""``python -m torch_cortex_m`` is ``tcm``."""

from .cli import main

if __name__ == "__main__":
    main()
