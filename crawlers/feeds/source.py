"""A file that listings come from: opened plain or gzipped, checked to be whole, named by its content."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from lakehouse.errors import LakehouseError

CHUNK_BYTES = 1 << 20
GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True)
class Source:
    """A whole, readable file.

    Attributes:
        fingerprint: the first 16 hexadecimal digits of the SHA-256 of its (unpacked) content.
        size_bytes: its length, unpacked.
        tail: its last bytes, unpacked, up to 64 KiB.
    """

    path: Path
    fingerprint: str
    size_bytes: int
    tail: bytes
    gzipped: bool

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        with (gzip.open(self.path) if self.gzipped else self.path.open("rb")) as opened, io.BufferedReader(opened, CHUNK_BYTES) as stream:
            yield stream


def check(path: Path, *, on_bytes: Callable[[int], object] = lambda _: None) -> Source:
    """Reads the file once from end to end, so that a torn one is refused before anything of it lands.

    Raises:
        LakehouseError: it is missing, empty, no file, or its gzip stream is cut off or damaged; the line is named.
    """
    if not path.exists():
        raise LakehouseError(f"{path} is not there; name a file that is.")
    if not path.is_file():
        raise LakehouseError(f"{path} is not a file; name the file that holds the listings.")
    try:
        with path.open("rb") as probe:
            gzipped = probe.read(2) == GZIP_MAGIC
    except OSError as error:
        raise LakehouseError(f"{path} cannot be read: {error.strerror}; check its permissions.") from None
    digest, size, lines, tail = hashlib.sha256(), 0, 0, b""
    try:
        with (gzip.open(path) if gzipped else path.open("rb")) as stream:
            while chunk := stream.read1(CHUNK_BYTES):  # what a torn stream gave before it broke off is not lost, as with read()
                digest.update(chunk)
                size += len(chunk)
                lines += chunk.count(b"\n")
                tail = (tail + chunk)[-65536:]
                on_bytes(len(chunk))
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise LakehouseError(f"{path} is torn: its gzip stream breaks off in line {lines + 1:,} ({error}); "
                             "fetch it again. Nothing of it was landed.") from None
    if not size:
        raise LakehouseError(f"{path} is empty; name a file that holds listings.")
    return Source(path, digest.hexdigest()[:16], size, tail, gzipped)
