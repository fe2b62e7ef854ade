"""Where the packages lie."""

import sys
from pathlib import Path

SYSTEM = Path(__file__).parents[1]
sys.path[:0] = [str(SYSTEM.parent), str(SYSTEM)]
