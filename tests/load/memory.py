from collections.abc import Iterator

from .figures import Figure


def measure() -> Iterator[Figure]:
    yield from ()
