"""mep3m names: what waits for a person, and what people decided."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from lakehouse import tables
from lakehouse.errors import LakehouseError, MissingTable

if TYPE_CHECKING:
    from collections.abc import Sequence

names = typer.Typer(no_args_is_help=True, help="Names, merges and third levels that wait for a person.")
COLUMNS = ("kind", "shop", "native_path", "other_shop", "other_native_path", "value", "decided_by", "note")
KINDS = "name, merge, separate or third_level"


def _rows(table: tables.Table, columns: Sequence[str] | None = None, **given) -> list[dict]:
    """The table's rows; none where nobody has written it."""
    from lakehouse import arrow

    return [] if arrow.version(table) is None else arrow.read(table, columns=columns, **given).to_pylist()


def _known() -> set[tuple[str, str]]:
    return {(row["shop"], row["native_path"]) for row in _rows(tables.NATIVE_SUB_CLASSES, ["shop", "native_path"])}


def _category(text: str, known: set[tuple[str, str]]) -> tuple[str, str]:
    """`shop:a>b>c` apart, if the lake has such a category.

    Raises:
        LakehouseError: it is written otherwise, or no shop has it; the nearest are named.
    """
    import difflib

    shop, colon, path = text.partition(":")
    if not (colon and shop and path):
        raise LakehouseError(f"{text!r} names no category; write SHOP:PATH, such as 'jd:食品>水果'.")
    if (shop, path) not in known:
        leaves = {one: one[1].rpartition(">")[2] for one in sorted(known) if one[0] == shop}
        alike = difflib.get_close_matches(path.rpartition(">")[2], leaves.values(), n=3, cutoff=0.5)
        near = [":".join(one) for leaf in dict.fromkeys(alike) for one in leaves if leaves[one] == leaf][:3]
        raise LakehouseError(f"No shop has the category {text!r}; {'there is ' + ', '.join(near) if near else 'see silver.native_sub_classes'}.")
    return shop, path


def _publish(rows: Sequence[dict], replace: bool) -> None:
    import tempfile
    import uuid

    from lakehouse import build

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "decisions.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            lines = csv.DictWriter(out, COLUMNS)
            lines.writeheader()
            lines.writerows(rows)
        build.build(tables.NAMING_DECISIONS, uuid.uuid4().hex[:12], ["--file", str(file), *(["--replace"] if replace else [])])
    print(f"{len(rows)} decided; `mep3m build alignments taxonomy label_mapping products dataset_statistics` brings it into the data set.",
          file=sys.stderr)


@names.command()
def decide(
    kind: str = typer.Argument(..., help=KINDS),
    category: str = typer.Argument(..., help="SHOP:PATH, such as 'jd:食品>水果'."),
    other: str = typer.Argument("", help="The second category of a merge or separation; the parent of a third level."),
    value: str = typer.Option("", help="The name that is chosen."),
    by: str = typer.Option(..., help="Who decides."),
    note: str = typer.Option("", help="Why."),
    replace: bool = typer.Option(False, help="Decide the same thing anew."),
) -> None:
    """Decide once; it outlives every rebuild. A contradiction is refused with both sides shown."""
    from spark_jobs.methods.decisions import Decision, check

    known = _known()
    one, second = _category(category, known), _category(other, known) if other else (None, None)
    decision = Decision(kind, *one, *second, value or None, by, note or None)
    check(decision)
    _publish([{name: getattr(decision, name) for name in COLUMNS}], replace)


@names.command("import")
def import_file(
    file: Path = typer.Argument(..., help=f"CSV with {', '.join(COLUMNS)}, as `export` prints it."),
    by: str = typer.Option("", help="Who decided, where the file does not say; the file's name by default."),
    replace: bool = typer.Option(False, help="Decide the same things anew."),
) -> None:
    """Decide everything that a file says, or nothing of it."""
    from spark_jobs.naming_decisions import read_file

    decisions, known = read_file(file, by), _known()
    for one in decisions:
        for place in (one.category, one.other):
            if place:
                _category(":".join(place), known)
    _publish([{name: getattr(one, name) for name in COLUMNS} for one in decisions], replace)


@names.command()
def export() -> None:
    """Print all decisions as a CSV file that `import` takes."""
    out = csv.DictWriter(sys.stdout, ("decision_id", *COLUMNS), lineterminator="\n")
    out.writeheader()
    out.writerows(sorted(_rows(tables.NAMING_DECISIONS), key=lambda row: (row["kind"], row["shop"], row["native_path"])))


def waiting() -> list[dict]:
    """What a person could decide: provisional names, then pairs shown for review, each with the listings that it concerns, most first.

    Raises:
        MissingTable: there is no taxonomy yet.
    """
    import pyarrow.compute as pc

    from lakehouse import arrow
    from spark_jobs.methods.evaluation import LISTINGS_MIN

    if arrow.version(tables.TAXONOMY) is None:
        raise MissingTable("There is no taxonomy yet; run `mep3m build` first.")
    known = {(row["shop"], row["native_path"]): row for row in
             _rows(tables.NATIVE_SUB_CLASSES, ["shop", "native_path", "native_sub_class", "listings"])}
    nodes = _rows(tables.TAXONOMY, filters=pc.field("provisional"))
    evidence = {(row["shop"], row["native_path"]): row["evidence"] for row in _rows(tables.LABEL_MAPPING, ["shop", "native_path", "evidence"])}
    found = []
    for node in nodes:
        members = [(m["shop"], m["native_path"]) for m in node["members"]]
        listings = [known[m]["listings"] if m in known else 0 for m in members]
        anchor = members[listings.index(max(listings))]
        shown = {known[m]["native_sub_class"] for m in members if m in known}
        found.append({"kind": "name", "listings": sum(listings), "category": ":".join(anchor), "other": "", "value": node["name"],
                      "question": f"which name: {', '.join(sorted(shown))}?", "evidence": evidence.get(anchor, "")})
    review = _rows(tables.ALIGNMENTS, filters=arrow.text("zone") == "review")
    for pair in review:
        a, b = (pair["shop_a"], pair["native_path_a"]), (pair["shop_b"], pair["native_path_b"])
        if pair["relation"] == "narrower" or pair["relation"] != "broader":
            first, second = a, b
        else:
            first, second = b, a
        kind = "third_level" if pair["relation"] in ("narrower", "broader") else "merge"
        sizes = [known[c]["listings"] for c in (a, b) if c in known]
        concerned = min(sizes) if sizes and min(sizes) < LISTINGS_MIN else sum(sizes)       # a handful of listings finds its place; the rest stays
        found.append({"kind": kind, "listings": concerned, "category": ":".join(first),
                      "other": ":".join(second), "value": "", "question": f"{pair['relation']}?", "evidence": pair["evidence"]})
    return sorted(found, key=lambda one: (-one["listings"], one["kind"], one["category"], one["other"]))


@names.command()
def pending(limit: int = typer.Option(30, help="Rows to print at most; 0 for all."),
            as_json: bool = typer.Option(False, "--json", help="JSON lines instead of text.")) -> None:
    """What waits for a person, with its evidence; what concerns most listings comes first."""
    import json
    import shlex

    found = waiting()
    known = _known()
    gone = [row for row in _rows(tables.NAMING_DECISIONS)
            if (row["shop"], row["native_path"]) not in known or (row["other_shop"] and (row["other_shop"], row["other_native_path"]) not in known)]
    shown = found[:limit] if limit else found
    if as_json:
        for one in shown:
            print(json.dumps(one, ensure_ascii=False))
        return
    for one in shown:
        print(f"{one['category']}{'  and  ' + one['other'] if one['other'] else ''}  ({one['listings']:,} listings)\n  {one['question']}")
        if one["evidence"]:
            print(f"  {one['evidence']}")
        print("  mep3m names decide " + " ".join(shlex.quote(part) for part in (one["kind"], one["category"], one["other"]) if part)
              + (f" --value {shlex.quote(one['value'])}" if one["kind"] == "name" else "") + " --by YOU\n")
    print(f"{len(found):,} wait, {len(shown):,} shown. Kinds of decision: {KINDS}; a pair that is no pair: separate.")
    if gone:
        print(f"{len(gone)} decision{'s concern' if len(gone) > 1 else ' concerns'} categories that no shop has now, and wait for them to come back: "
              + "; ".join(f"{row['kind']} {row['shop']}:{row['native_path']}" for row in gone[:5]))
