"""Delta tables without a JVM: the only place that calls delta-rs. Crawlers land and models read through here."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.fs as fs
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.table import TableMerger

from lakehouse import settings
from lakehouse.errors import LakehouseError, MissingTable
from lakehouse.tables import Origin, Schema, Table

ATTEMPTS = 20
# With Delta's 30 days a checkpoint would end the log of older versions, and with it what a model was trained on or a release was made of.
KEPT_LOG = {"delta.logRetentionDuration": "interval 36500 days"}
UPKEEP = {"OPTIMIZE", "VACUUM START", "VACUUM END", "SET TBLPROPERTIES"}     # commits that change no row
SCALARS = {
    "string": pa.string(), "int": pa.int32(), "bigint": pa.int64(), "double": pa.float64(), "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us", tz="UTC"), "binary": pa.binary(),
}


def _split(text: str) -> list[str]:
    """Parts of a comma-separated list of types, commas inside brackets left alone."""
    parts, depth, start = [], 0, 0
    for position, character in enumerate(text):
        depth += (character == "<") - (character == ">")
        if character == "," and depth == 0:
            parts.append(text[start:position])
            start = position + 1
    return [*parts, text[start:]]


def arrow_type(declared: str) -> pa.DataType:
    """The Arrow type of a declared one.

    Raises:
        LakehouseError: the type is none that a declaration may use.

    >>> str(arrow_type("array<struct<term:string,count:int>>"))
    'list<item: struct<term: string, count: int32>>'
    """
    if declared in SCALARS:
        return SCALARS[declared]
    outer, _, rest = declared.partition("<")
    inner = rest.removesuffix(">")
    if outer == "array" and inner:
        return pa.list_(pa.field("item", arrow_type(inner)))
    if outer == "map" and inner:
        return pa.map_(*(arrow_type(part) for part in _split(inner)))
    if outer == "struct" and inner:
        fields = (part.partition(":") for part in _split(inner))
        return pa.struct([pa.field(name, arrow_type(kind)) for name, _, kind in fields])
    raise LakehouseError(f"{declared!r} is not a type that a table may declare; see lakehouse/arrow.py.")


def schema(table: Table) -> pa.Schema:
    """The table's columns as Arrow fields, in order."""
    return pa.schema([pa.field(column.name, arrow_type(column.type)) for column in table.columns])


def location(table: Table) -> str:
    return settings.load().location(table.schema, table.name)


def missing(table: Table) -> MissingTable:
    """What to say, and to do, where nothing has been written to a table yet."""
    way = "`mep3m crawl` or `mep3m import`" if table.origin is Origin.LANDED else f"`mep3m run`, or `mep3m build {table.name}`"
    return MissingTable(f"{table.full_name} has not been written yet; run {way}.")


def open_table(table: Table, version: int | None = None) -> DeltaTable:
    """The Delta table as of `version`, the newest by default.

    Raises:
        MissingTable: nothing has been written to it yet.
        LakehouseError: it has no such version.
    """
    try:
        return DeltaTable(location(table), version=version)
    except TableNotFoundError:
        raise missing(table) from None
    except DeltaError as error:
        raise LakehouseError(f"{table.full_name} cannot be read at version {version}: {str(error).splitlines()[0]}") from None


def is_readable(table: Table, version: int) -> bool:
    """Whether the log still has that version."""
    try:
        open_table(table, version)
    except LakehouseError:
        return False
    return True


def version(table: Table) -> int | None:
    """The newest version; None where nothing has been written yet."""
    try:
        return DeltaTable(location(table)).version()
    except TableNotFoundError:
        return None


def table_id(table: Table) -> str | None:
    """What Delta calls this very table; another one in its place, whose versions begin again, is called otherwise."""
    try:
        return DeltaTable(location(table)).metadata().id
    except TableNotFoundError:
        return None


def pinned(table: Table, wanted: int | None = None) -> int:
    """The version to read: the one wanted, or the newest whose commit changed rows, so that upkeep makes nothing new to train on or to publish.

    Raises:
        MissingTable: nothing has been written to it yet.
        LakehouseError: it has no such version.
    """
    there = open_table(table, wanted)
    return _last_change(there)["version"] if wanted is None else there.version()


def _last_change(table: DeltaTable) -> dict[str, Any]:
    entries, looked = table.history(1), 1
    while entries[-1]["operation"] in UPKEEP and looked <= table.version():
        looked *= 4
        entries = table.history(looked)
    return next((entry for entry in entries if entry["operation"] not in UPKEEP), entries[-1])


def last_commit(place: str) -> dict[str, Any]:
    """What Spark was told to write into the newest commit of rows to the Delta table at a location."""
    return json.loads(_last_change(DeltaTable(place)).get("userMetadata") or "{}")


def rows_at(place: str) -> int:
    """How many rows the Delta table at a location has, from its files' footers."""
    return _dataset(DeltaTable(place), place).count_rows()


def files_at(place: str) -> list[str] | None:
    """The Parquet files that the Delta table at a location is made of; None where there is no table."""
    try:
        files = DeltaTable(place).file_uris()
    except TableNotFoundError:
        return None
    return files if "://" in place else [unquote(uri.removeprefix("file://")) for uri in files]


def create(table: Table) -> None:
    """The empty table, if it is not there.

    Raises:
        LakehouseError: nothing can be written there.
    """
    if version(table) is not None:
        return
    try:
        DeltaTable.create(location(table), schema=schema(table), mode="ignore", partition_by=list(table.partition_by) or None,
                          description=table.description, configuration=KEPT_LOG if table.schema is Schema.GOLD else None)
    except (DeltaError, OSError) as error:
        raise LakehouseError(f"{table.full_name} cannot be written under {settings.load().location()} ({str(error).splitlines()[0][:200]}); "
                             "set LAKEHOUSE_ROOT to a place that you may write to.") from None


def batch(table: Table, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows as an Arrow table of exactly the declared columns.

    Raises:
        LakehouseError: a row lacks a column, has one too many, or a value of another type.
    """
    rows = list(rows)
    for row in rows:
        if row.keys() != set(table.column_names):
            raise LakehouseError(f"{table.full_name}: a row's columns differ from the declaration: {sorted(row.keys() ^ set(table.column_names))}.")
    try:
        return pa.Table.from_pylist(rows, schema=schema(table))
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise LakehouseError(f"{table.full_name}: a value does not fit its column: {error}") from None


def landed_version(table: Table, writer: str) -> int:
    """The last batch number that `writer` committed, -1 before the first: where to go on after a restart."""
    if version(table) is None:
        return -1
    found = open_table(table).transaction_version(writer)
    return -1 if found is None else found


def append(table: Table, rows: pa.Table, *, writer: str | None = None, number: int | None = None, metadata: Mapping[str, Any] | None = None) -> None:
    """One atomic commit. With `writer` and a `number` it happens once: a batch that was committed already is not again.

    Other writers may append at the same time; a lost race is tried again.
    """
    create(table)
    for attempt in range(ATTEMPTS):
        if writer is not None and landed_version(table, writer) >= number:
            return
        properties = CommitProperties(
            custom_metadata={"mep3m": json.dumps(metadata or {}, ensure_ascii=False)},
            app_transactions=[Transaction(writer, number, last_updated=None)] if writer is not None else None,
        )
        try:
            write_deltalake(location(table), rows, mode="append", commit_properties=properties)
            return
        except CommitFailedError:
            if attempt == ATTEMPTS - 1:
                raise
            time.sleep(0.05 * (attempt + 1))


def upsert(table: Table, rows: pa.Table) -> None:
    """Rows added, or put in place of those with the same key, in one atomic commit."""
    _merge(table, rows, lambda merge: merge.when_matched_update_all().when_not_matched_insert_all())


def add_missing(table: Table, rows: pa.Table) -> None:
    """Rows added whose key is not there yet, in one atomic commit; writers at the same time add no key twice."""
    _merge(table, rows, lambda merge: merge.when_not_matched_insert_all())


def _merge(table: Table, rows: pa.Table, how: Callable[[TableMerger], TableMerger]) -> None:
    create(table)
    same_key = " AND ".join(f"old.`{column}` = new.`{column}`" for column in table.key)
    for attempt in range(ATTEMPTS):
        try:
            how(open_table(table).merge(rows, same_key, source_alias="new", target_alias="old")).execute()
            return
        except CommitFailedError:
            if attempt == ATTEMPTS - 1:
                raise
            time.sleep(0.05 * (attempt + 1))


def replace(table: Table, batches: Iterable[pa.RecordBatch], *, content: str, command: str = "") -> bool:
    """The whole table in one atomic commit; none, and False, where the last commit was made of the same `content`.

    Args:
        batches: drawn from while the commit is written: they may not touch a Delta table themselves.
        command: what a person gave, for `written_by`.
    """
    create(table)
    last = _last_change(open_table(table))
    if json.loads(last.get("mep3m", "{}")).get("content") == content:
        return False
    properties = CommitProperties(custom_metadata={"mep3m": json.dumps({"content": content, "command": command}, ensure_ascii=False)})
    write_deltalake(location(table), pa.RecordBatchReader.from_batches(schema(table), batches), mode="overwrite", commit_properties=properties)
    return True


def written_by(table: Table, at: int) -> str:
    """The command that replaced the whole table with version `at`; empty where it was written in another way."""
    return json.loads(_commit(table, at).get("mep3m") or "{}").get("command", "")


def keep_log(table: Table) -> None:
    """`KEPT_LOG` for a table that was made without it."""
    there = open_table(table)
    if KEPT_LOG.items() - there.metadata().configuration.items():
        there.alter.set_table_properties(KEPT_LOG)


def compact(table: Table) -> bool:
    """Small files put together in one commit, which changes no row; none where there is nothing to put together.

    Returns:
        False where another writer changed the same files meanwhile, and nothing was done.
    """
    try:
        open_table(table).optimize.compact()
    except CommitFailedError:
        return False
    return True


def unused(place: str, *, days: float, keep: Collection[int] = ()) -> dict[str, int]:
    """Files that no version of the Delta table at a location has needed for so many days, with their sizes in bytes.

    Removed ones, and those of writers that died before their commit.

    Args:
        keep: versions whose files are needed in any case.
    """
    files, root = (fs.FileSystem.from_uri(place.replace("s3a://", "s3://")) if "://" in place else (fs.LocalFileSystem(), place))
    found = _vacuum(place, days, keep, dry_run=True)        # with those that were deleted before
    there = files.get_file_info([f"{root}/{name}" for name in found])
    return {name: info.size for name, info in zip(found, there, strict=True) if info.is_file}


def delete_unused(place: str, *, days: float, keep: Collection[int] = ()) -> None:
    """As `unused`, deleted."""
    _vacuum(place, days, keep, dry_run=False)


def _vacuum(place: str, days: float, keep: Collection[int], *, dry_run: bool) -> list[str]:
    return DeltaTable(place).vacuum(
        round(days * 24), dry_run=dry_run, enforce_retention_duration=False, full=True, keep_versions=sorted(keep) or None)


def text(column: str) -> pc.Expression:
    """A text column to filter by. Files that delta-rs merged hold Arrow's view type, which filters know only after a cast."""
    return pc.field(column).cast(pa.string())


def read(table: Table, *, at: int | None = None, columns: Sequence[str] | None = None, filters: Any = None) -> pa.Table:
    """The table's rows as of version `at`. `filters` is a pyarrow.compute expression.

    Raises:
        MissingTable: nothing has been written to it yet.
    """
    return dataset(table, at=at).to_table(columns=list(columns) if columns else None, filter=filters)


def dataset(table: Table, *, at: int | None = None):
    """The table as a pyarrow.dataset.Dataset, for scans in bounded memory.

    Raises:
        MissingTable: nothing has been written to it yet.
    """
    return _dataset(open_table(table, at), location(table))


def _dataset(table: DeltaTable, place: str):
    """The table's files as Arrow reads them.

    On a disk by Arrow's own file system: delta-rs's is a Python object, and a thread of Arrow that lets go of it while the
    interpreter ends aborts the process.
    """
    return table.to_pyarrow_dataset(filesystem=None if "://" in place else fs.SubTreeFileSystem(place, fs.LocalFileSystem()))


def committed_at(table: Table, at: int) -> datetime:
    """When version `at` was committed, in UTC: a clock that says the same however often it is asked."""
    return datetime.fromtimestamp(_commit(table, at)["timestamp"] / 1000, UTC)


def _commit(table: Table, at: int) -> dict[str, Any]:
    """What the log says of version `at`; asked of the newest, since delta-rs lists all commits under an older one's number."""
    newest = open_table(table)
    return next(entry for entry in newest.history(newest.version() - at + 1) if entry["version"] == at)
