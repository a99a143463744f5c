"""The garbage collector of a process that serves for days."""

from __future__ import annotations

import gc

#: Objects made before the collector looks at the young ones; the default, 700, makes it look many times for one page.
_YOUNG = 20_000


def keep_loaded() -> None:
    """What is loaded by now stays to the end: the collector need not walk through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 20)
