"""A load generator that costs little: ready-made HTTP requests on kept connections, one epoll loop in a process of its own.

`python -m tests.load.client <file> <port> <connections> <seconds> <first>` prints one line of JSON. The file holds requests, each
after its length in four bytes. Each request is sent once: a connection gets the next one when its answer is complete.
"""

from __future__ import annotations

import json
import mmap
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .figures import percentile


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it; times in milliseconds. `sent` requests of the file are used up."""

    sent: int
    refused: int
    per_second: float
    p50: float
    p99: float
    own_cpu: float


def run(file: Path, *, port: int, connections: int, seconds: float, first: int = 0) -> Load:
    command = [
        sys.executable,
        "-m",
        "tests.load.client",
        str(file),
        str(port),
        str(connections),
        str(seconds),
        str(first),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    return Load(**json.loads(done.stdout))


def write_requests(file: Path, requests: Iterator[bytes]) -> int:
    count = 0
    with file.open("wb") as out:
        for request in requests:
            out.write(len(request).to_bytes(4, "big") + request)
            count += 1
    return count


def _read(data: mmap.mmap, first: int) -> Iterator[memoryview]:
    view, offset, number = memoryview(data), 0, 0
    while offset < len(data):
        length = int.from_bytes(view[offset : offset + 4], "big")
        if number >= first:
            yield view[offset + 4 : offset + 4 + length]
        offset, number = offset + 4 + length, number + 1


def _is_complete(answer: bytes) -> bool:
    head, end, body = answer.partition(b"\r\n\r\n")
    if not end:
        return False
    stated = head.lower().partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
    return len(body) >= int(stated or 0)


def _drive(requests: Iterator[memoryview], *, port: int, connections: int, seconds: float) -> dict[str, Any]:
    poll = select.epoll()
    sockets: dict[Any, Any] = {}
    begun: dict[Any, Any] = {}
    partial: dict[Any, Any] = {}
    for _ in range(connections):
        made = socket.create_connection(("127.0.0.1", port))
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        poll.register(made.fileno(), select.EPOLLIN)
        sockets[made.fileno()] = made
    waits: list[float] = []
    refused, open_ones = 0, 0
    start = time.perf_counter()
    for number, made in sockets.items():
        begun[number] = time.perf_counter()
        made.sendall(next(requests))
        open_ones += 1
    while open_ones:
        for number, _ in poll.poll(10):
            answer = partial.pop(number, b"") + sockets[number].recv(65536)
            if not answer:
                raise ConnectionError("the server closed a kept connection")
            if not _is_complete(answer):
                partial[number] = answer
                continue
            now = time.perf_counter()
            waits.append(now - begun[number])
            refused += not answer.startswith(b"HTTP/1.1 200")
            following = next(requests, None) if now - start < seconds else None
            if following is None:
                open_ones -= 1
                poll.unregister(number)
                continue
            begun[number] = now
            sockets[number].sendall(following)
    elapsed = time.perf_counter() - start
    return {
        "sent": len(waits),
        "refused": refused,
        "per_second": len(waits) / elapsed,
        "p50": percentile(waits, 0.5) * 1000,
        "p99": percentile(waits, 0.99) * 1000,
        "own_cpu": time.process_time() / elapsed,
    }


def main(arguments: list[str]) -> None:
    file, port, connections, seconds, first = arguments
    with Path(file).open("rb") as source, mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ) as data:
        # The file is read once before the clock runs, so that no page of it comes from the disk.
        sum(data[offset] for offset in range(0, len(data), mmap.PAGESIZE))
        result = _drive(_read(data, int(first)), port=int(port), connections=int(connections), seconds=float(seconds))
        print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1:])
