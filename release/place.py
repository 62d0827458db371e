"""A folder that appears whole or not at all, whatever happens on the way."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lakehouse.errors import LakehouseError

MARKS = ("annotation.json", "checksums.sha256")      # a folder with both is an earlier release; no other folder is replaced
AT_FDCWD, RENAME_EXCHANGE = -100, 2


@contextmanager
def whole_or_nothing(folder: Path, *, replace: bool = False) -> Iterator[Path]:
    """An empty folder beside `folder` to write into; it takes the place of `folder` when the block ends well.

    A process that dies leaves only the hidden folder beside it, which the next one clears. With `replace`, the earlier release stays
    until the very exchange.

    Raises:
        LakehouseError: `folder` is not empty and may not be replaced, its parent does not exist or cannot be written, another
            process writes the same release, or the disk is full.
    """
    folder = folder.absolute()
    _refuse_to_overwrite(folder, replace)
    partial = folder.with_name(f".{folder.name}.partial")
    try:
        partial.mkdir(exist_ok=True)
    except FileNotFoundError:
        raise LakehouseError(f"The folder {folder.parent} does not exist; make it first.") from None
    except OSError as error:
        raise LakehouseError(f"{folder.parent} cannot be written to: {error.strerror}; choose another place.") from None
    lock = os.open(partial, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise LakehouseError(f"Another release to {folder} is being written; wait for it or stop it.") from None
        _empty(partial)                      # what a killed process left
        try:
            yield partial
            os.sync()                        # every file on the disk before the name says that they are
            _put(partial, folder)
        except BaseException as error:
            shutil.rmtree(partial, ignore_errors=True)
            if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise LakehouseError(f"The disk of {folder.parent} is full; nothing was left there. Free some space and run it again.") from None
            raise
    finally:
        os.close(lock)


def _refuse_to_overwrite(folder: Path, replace: bool) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise LakehouseError(f"{folder} is a file; name a folder.")
    if not any(folder.iterdir()):
        return
    if not replace:
        raise LakehouseError(f"{folder} is not empty; name another folder, or replace an earlier release with --replace.")
    missing = [name for name in MARKS if not (folder / name).is_file()]
    if missing:
        raise LakehouseError(f"{folder} is not an earlier release (it has no {' and no '.join(missing)}), so --replace leaves it alone; "
                             "name another folder.")


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _put(partial: Path, folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        _exchange(partial, folder)
        shutil.rmtree(partial)
    else:
        partial.rename(folder)          # over an empty folder, or none
    parent = os.open(folder.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(parent)
    finally:
        os.close(parent)


def _exchange(one: Path, other: Path) -> None:
    """Both names change places in one step where the system can, else in two."""
    with contextlib.suppress(AttributeError, OSError):
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.renameat2(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0:
            return
    aside = other.with_name(f".{other.name}.old")
    shutil.rmtree(aside, ignore_errors=True)
    other.rename(aside)
    one.rename(other)
    aside.rename(one)
