"""Rows into a Delta table, batch by batch, each batch one atomic commit that happens once. Needs deltalake and pyarrow, nothing else.

A batch has a number. With a spool folder its rows are written there as they come; the commit carries (writer, number) as a Delta application
transaction. A process that starts again finds the batches that were not committed, asks the table which number it has from this writer,
and commits exactly those that are missing: no row that was accepted is lost or doubled, whenever the process died.
"""

from __future__ import annotations

import decimal
import fcntl
import json
import logging
import os
import pickle
import struct
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake import Schema as DeltaSchema
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError

log = logging.getLogger(__name__)
LENGTH = struct.Struct("<I")
MOST_PENDING = 2        # batches handed over and not yet committed: more than that, and rows wait
ATTEMPTS = 20


class DeltaSinkError(Exception):
    """One sentence: what is wrong and what to do."""


class RowRefused(ValueError):
    """The row does not fit the schema; the message names field and value."""


def arrow_schema(declared: pa.Schema | Mapping[str, str]) -> pa.Schema:
    """A schema from field names and types.

    Types are Arrow's names, `timestamp` (microseconds, UTC), `decimal(p,s)` and `list<...>`; `!` at the end forbids nulls.

    Raises:
        DeltaSinkError: there is no field, or a type is unknown.

    >>> arrow_schema({"url": "string!", "tags": "list<string>", "at": "timestamp"})
    url: string not null
    tags: list<item: string>
      child 0, item: string
    at: timestamp[us, tz=UTC]
    """
    if not isinstance(declared, pa.Schema):
        if not isinstance(declared, Mapping) or not declared:
            raise DeltaSinkError("Declare the table's schema: a mapping of field names to types, or a pyarrow.Schema.")
        fields = [(name, str(text).strip()) for name, text in declared.items()]
        declared = pa.schema([pa.field(name, _arrow_type(text.rstrip("!")), nullable=not text.endswith("!")) for name, text in fields])
    for field in declared:
        if pa.types.is_timestamp(field.type) and field.type.tz is None:
            raise DeltaSinkError(f"Field {field.name} has no time zone, which not every Delta reader understands; declare it as 'timestamp'.")
    return declared


def _arrow_type(text: str) -> pa.DataType:
    if text == "timestamp":
        return pa.timestamp("us", tz="UTC")
    if text.startswith("list<") and text.endswith(">"):
        return pa.list_(pa.field("item", _arrow_type(text[5:-1])))
    if text.startswith("decimal(") and text.endswith(")"):
        precision, _, scale = text[8:-1].partition(",")
        try:
            return pa.decimal128(int(precision), int(scale or 0))
        except ValueError:
            raise DeltaSinkError(f"{text!r} is no type; write decimal(digits,decimals), as in decimal(10,2), with 38 digits at most.") from None
    try:
        return pa.type_for_alias(text)
    except ValueError:
        raise DeltaSinkError(f"{text!r} is no type; use one of Arrow's names: string, int64, double, bool, timestamp, list<string>.") from None


def check(uri: str, schema: Any, *, partition_by: Sequence[str] = (), unique_by: Sequence[str] = (), batch_rows: float = 1,
          batch_bytes: float = 1, batch_seconds: float = 1, extra: str = "refuse", storage_options: dict[str, str] | None = None,
          **others: Any) -> pa.Schema:
    """Whether a sink can be opened so, without opening it. Returns the schema.

    Raises:
        DeltaSinkError: an option cannot be met, the table is there with other columns, or it cannot be written.
    """
    if strangers := sorted(others.keys() - {"spool"}):
        raise DeltaSinkError(f"{strangers[0]!r} is no option of a Delta table; correct its name, or leave it out.")
    for name, given in {"batch_rows": batch_rows, "batch_bytes": batch_bytes, "batch_seconds": batch_seconds}.items():
        if isinstance(given, bool) or not isinstance(given, (int, float)) or not given > 0:
            raise DeltaSinkError(f"{name} is {given!r}; it must be a number above 0.")
    for name, given in {"partition_by": partition_by, "unique_by": unique_by}.items():
        if isinstance(given, str) or not isinstance(given, Sequence):
            raise DeltaSinkError(f"{name} is {given!r}; it must be a list of columns, such as [{str(given)!r}].")
    declared = arrow_schema(schema)
    try:
        DeltaSchema.from_arrow(declared)
    except Exception as error:      # what deltalake raises here is no more exact than that
        raise DeltaSinkError(f"The schema cannot be a Delta table's: {_said(error)}; declare another type.") from None
    if extra not in ("refuse", "ignore"):
        raise DeltaSinkError(f"extra is {extra!r}; it must be refuse or ignore.")
    strangers = [name for name in (*partition_by, *unique_by) if name not in declared.names]
    if strangers:
        raise DeltaSinkError(f"{uri}: partition_by or unique_by names {strangers}, which the schema does not have.")
    try:
        table = DeltaTable(str(uri), storage_options=storage_options)
    except TableNotFoundError:
        _check_place(str(uri))
        return declared
    except (DeltaError, OSError, ValueError) as error:
        raise DeltaSinkError(f"{uri} cannot be read as a table: {_said(error)}; correct the address or storage_options.") from error
    _check_place(str(uri))
    ours = {field.name: str(_plain(field.type)) for field in declared}
    theirs = {field.name: str(_plain(field.type)) for field in pa.schema(table.schema().to_arrow())}
    if ours != theirs:
        differences = sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))
        said = ", ".join(f"{name} ({theirs.get(name, 'absent')} there, {ours.get(name, 'absent')} declared)" for name in differences)
        raise DeltaSinkError(f"{uri} has other columns than declared: {said}; correct the schema or choose another place.")
    if table.metadata().partition_columns != list(partition_by):
        raise DeltaSinkError(f"{uri} is partitioned by {table.metadata().partition_columns}, not by {list(partition_by)}; correct partition_by.")
    return declared


def _check_place(uri: str) -> None:
    """Whether a local folder, or the nearest one above it that is there, can be written into; an object store tells at the first write."""
    if "://" in uri:
        return
    place = Path(uri).absolute()
    nearest = next(one for one in (place, *place.parents) if one.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise DeltaSinkError(f"{uri} cannot be written: {nearest} is no folder that this user may write into; choose another place.")


def _said(error: BaseException) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


class DeltaSink:
    """A table to add rows to.

    Args:
        uri: a folder or an object-store URL.
        schema: what rows are made of; see `arrow_schema`.
        partition_by: columns that the table is partitioned by.
        unique_by: a row whose values of these columns the table has already is left out; costs a merge instead of an append.
        batch_rows, batch_bytes, batch_seconds: a batch is committed when it has so many rows, or bytes as pickled, or its first row is so old.
        spool: a local folder, one for each table and process; without it, rows that wait are lost when the process is killed.
        extra: what to do with a field that the schema does not have: `refuse` the row, or `ignore` the field.
        overwrite: the first commit takes the place of everything in the table. A process that goes on with the spool of one that was killed
            adds to what that one wrote; after a `close` the same spool overwrites again.
        one_job: the spool belongs to one job, which may close and go on later: it overwrites once, and not again after a `close`.
        storage_options: the object store's, as deltalake takes them.
        count: called with a name and a number for whoever keeps statistics.

    Raises:
        DeltaSinkError: the table exists with other columns, or another process uses the spool.
    """

    def __init__(self, uri: str, schema: pa.Schema | Mapping[str, str], *, partition_by: Sequence[str] = (), unique_by: Sequence[str] = (),
                 batch_rows: int = 10_000, batch_bytes: int = 64 * 2**20, batch_seconds: float = 30.0, spool: Path | str | None = None,
                 extra: str = "refuse", overwrite: bool = False, one_job: bool = False, storage_options: dict[str, str] | None = None,
                 count: Callable[[str, int], None] = lambda name, number: None) -> None:
        self.uri = str(uri)
        self.schema = check(uri, schema, partition_by=partition_by, unique_by=unique_by, batch_rows=batch_rows,
                            batch_bytes=batch_bytes, batch_seconds=batch_seconds, extra=extra, storage_options=storage_options)
        self.partition_by, self.unique_by = list(partition_by), list(unique_by)
        self.batch_rows, self.batch_bytes, self.batch_seconds = batch_rows, batch_bytes, batch_seconds
        self.storage_options, self.count = storage_options, count
        self._names = set(self.schema.names)
        self._required = [field.name for field in self.schema if not field.nullable]
        self._ignores_extra = extra == "ignore"
        self._begins_anew = overwrite and not one_job
        self._lock: IO | None = None
        self._spool = Path(spool) if spool else None
        self.writer = self._identity()
        try:
            DeltaTable.create(self.uri, schema=self.schema, mode="ignore", partition_by=self.partition_by or None, storage_options=storage_options)
        except (DeltaError, OSError) as error:
            if self._lock:
                self._lock.close()
            raise DeltaSinkError(f"{self.uri} cannot be written: {_said(error)}; correct the address, its permissions or storage_options.") from error
        self._broken = False
        self._pending: list[Future] = []
        self._thread = ThreadPoolExecutor(1, "delta-sink")
        self._number = self._landed() + 1
        self._overwrites = overwrite and not self._number       # a writer that has landed something goes on with it
        self._recover()
        self._begin()

    # Rows in ---------------------------------------------------------------------------------------------------------

    def add(self, row: Mapping[str, Any]) -> None:
        """Take a row; commit in the background when the batch is full.

        Raises:
            RowRefused: it does not fit; nothing was taken.
            DeltaSinkError: an earlier batch could not be committed.
        """
        packed = pickle.dumps(self._fitted(row), protocol=5)
        if self._file:
            self._file.write(LENGTH.pack(len(packed)) + packed)
            self._file.flush()
        else:
            self._rows.append(packed)
        self._size += len(packed)
        self._length += 1
        self._since = self._since or time.monotonic()
        if self._length >= self.batch_rows or self._size >= self.batch_bytes:
            self.commit()

    def tick(self) -> None:
        """Commit what has waited too long; call it every second or so."""
        if self._since is not None and time.monotonic() - self._since >= self.batch_seconds:
            self.commit()

    def commit(self) -> None:
        """Hand the batch over to be committed; waits only where several are under way already."""
        self._check()
        if not self._length:
            return
        rows, file = self._rows, self._file
        if file:
            file.close()
        self._pending.append(self._thread.submit(self._write, self._number, rows, Path(file.name) if file else None))
        self._number += 1
        self._begin()
        while len(self._pending) > MOST_PENDING:
            self._pending[0].exception()
            self._check()

    def close(self) -> None:
        """Everything committed.

        Raises:
            DeltaSinkError: a batch could not be; with a spool it is committed at the next start.
        """
        try:
            self.commit()
            for one in list(self._pending):
                one.exception()
            self._check()
            if self._lock and self._begins_anew:
                self._lock.truncate(0)      # whoever takes the spool up next is another writer
        finally:
            self._thread.shutdown()
            if self._file:
                self._file.close()
                if not self._length:
                    Path(self._file.name).unlink(missing_ok=True)
            if self._lock:
                self._lock.close()

    # Inside ----------------------------------------------------------------------------------------------------------

    def _fitted(self, row: Mapping[str, Any]) -> dict[str, Any]:
        unknown = [name for name in row if name not in self._names]
        if unknown and not self._ignores_extra:
            raise RowRefused(f"field {unknown[0]!r} is not in the declared schema")
        fitted = {}
        for field in self.schema:
            given = row.get(field.name)
            try:
                fitted[field.name] = _value(given, field.type)
                pa.scalar(fitted[field.name], field.type)
            except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, ArithmeticError, TypeError, ValueError):
                raise RowRefused(f"field {field.name!r} is {str(given)[:80]!r}, which is no {field.type}") from None
        for name in self.partition_by:
            if fitted[name] in ("", b""):
                fitted[name] = None         # Delta's own rule: as a partition an empty text is null
        missing = [name for name in self._required if fitted[name] is None]
        if missing:
            raise RowRefused(f"field {missing[0]!r} is empty, which the schema forbids")
        return fitted

    def _begin(self) -> None:
        self._rows: list[bytes] = []
        self._length = self._size = 0
        self._since: float | None = None
        self._file = (self._spool / f"batch-{self._number:012d}").open("wb") if self._spool else None

    def _check(self) -> None:
        done = [one for one in self._pending if one.done()]
        for one in done:
            error = one.exception()
            if error:
                raise DeltaSinkError(f"{self.uri}: a batch could not be committed: {str(error).splitlines()[0]}") from error
        self._pending = [one for one in self._pending if one not in done]

    def _identity(self) -> str:
        if self._spool is None:
            return f"sink/{uuid.uuid4()}"
        try:
            self._spool.mkdir(parents=True, exist_ok=True)
            self._lock = (self._spool / "writer").open("a+")
        except OSError as error:
            raise DeltaSinkError(f"The spool {self._spool} cannot be written: {error.strerror}; choose another folder.") from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise DeltaSinkError(f"The spool {self._spool} is used by another process; give each process its own.") from None
        self._lock.seek(0)
        name = self._lock.read().strip()
        if not name:
            name = f"sink/{uuid.uuid4()}"
            self._lock.write(name)
            self._lock.flush()
        return name

    def _table(self) -> DeltaTable:
        return DeltaTable(self.uri, storage_options=self.storage_options)

    def _landed(self) -> int:
        found = self._table().transaction_version(self.writer)
        return -1 if found is None else found

    def _recover(self) -> None:
        """Commit what an earlier process accepted and did not commit."""
        if self._spool is None:
            return
        landed = self._number - 1
        for file in sorted(self._spool.glob("batch-*")):
            number = int(file.name.removeprefix("batch-"))
            if number > landed:
                rows = list(unpacked(file))
                if rows:
                    self._write(number, rows, None)
                    self._number = number + 1
                    self.count("delta/rows_recovered", len(rows))
            file.unlink()

    def _write(self, number: int, rows: list[bytes], file: Path | None) -> None:
        if self._broken:
            raise DeltaSinkError("a batch before this one could not be committed")      # numbers are committed in order, or not at all
        self._broken = True
        packed = unpacked(file) if file else rows
        table = pa.Table.from_pylist([pickle.loads(one) for one in packed], schema=self.schema)
        if self.unique_by:
            table = _first_of_each(table, self.unique_by)
        for attempt in range(ATTEMPTS):
            try:
                self._commit_once(table, CommitProperties(app_transactions=[Transaction(self.writer, number, last_updated=None)]))
                break
            except CommitFailedError:
                if self._landed() >= number:        # the commit had happened, only its answer was lost
                    break
                if attempt == ATTEMPTS - 1:
                    raise
                time.sleep(0.05 * (attempt + 1))
        self._broken = False
        self.count("delta/rows_committed", table.num_rows)
        self.count("delta/commits", 1)
        if file:
            file.unlink(missing_ok=True)

    def _commit_once(self, table: pa.Table, properties: CommitProperties) -> None:
        if self.unique_by and not self._overwrites:
            same = " AND ".join(f"(old.`{name}` IS NOT DISTINCT FROM new.`{name}`)" for name in self.unique_by)      # an empty value is one too
            merge = self._table().merge(table, same, source_alias="new", target_alias="old", commit_properties=properties)
            merge.when_not_matched_insert_all().execute()
        else:
            write_deltalake(self.uri, table, mode="overwrite" if self._overwrites else "append", partition_by=self.partition_by or None,
                            commit_properties=properties, storage_options=self.storage_options)
        self._overwrites = False


def unpacked(file: Path) -> Iterator[bytes]:
    """The rows of a spool file; one that the process died over is not whole and was never accepted."""
    with file.open("rb") as opened:
        while len(head := opened.read(LENGTH.size)) == LENGTH.size:
            body = opened.read(LENGTH.unpack(head)[0])
            if len(body) < LENGTH.unpack(head)[0]:
                return
            yield body


def _value(given: Any, kind: pa.DataType) -> Any:
    """A decimal from its text; all else as it is.

    Raises:
        TypeError: a text stands where a list should: Arrow would take it for a list of characters.
        ArithmeticError: the text is no decimal.
    """
    if pa.types.is_decimal(kind) and isinstance(given, str):
        return decimal.Decimal(given)
    if _is_list(kind) and given is not None:
        if isinstance(given, (str, bytes)):
            raise TypeError("a text is no list")
        return [_value(one, kind.value_type) for one in given] if isinstance(given, (list, tuple)) else given
    if pa.types.is_struct(kind) and isinstance(given, Mapping):
        return {name: _value(one, kind.field(name).type) if kind.get_field_index(name) >= 0 else one for name, one in given.items()}
    return given


def _is_list(kind: pa.DataType) -> bool:
    return any(holds(kind) for holds in (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list, pa.types.is_list_view))


def _first_of_each(table: pa.Table, names: list[str]) -> pa.Table:
    seen: set[str] = set()
    keep = []
    for row in table.select(names).to_pylist():
        key = json.dumps(row, default=str, sort_keys=True)
        keep.append(key not in seen)
        seen.add(key)
    return table.filter(pa.array(keep, pa.bool_()))


def _plain(kind: pa.DataType) -> pa.DataType:
    """The type as Delta keeps it: views and large forms are the same as the plain ones."""
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind):
        return pa.binary()
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_list_view(kind):
        return pa.list_(pa.field("item", _plain(kind.value_type)))
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(field.name, _plain(field.type)) for field in kind])
    return kind


