from collections.abc import Iterator

from .figures import Figure


def measure(seed: int) -> Iterator[Figure]:
    yield from ()
