"""mep3m names: what waits for a person, and what people decided."""

from __future__ import annotations

import csv
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from lakehouse import tables
from lakehouse.errors import LakehouseError, MissingTable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from spark_jobs.methods.decisions import Category

names = typer.Typer(no_args_is_help=True, help="Names, merges and third levels that wait for a person.")
COLUMNS = ("kind", "shop", "native_path", "other_shop", "other_native_path", "value", "decided_by", "note")
THEN = "`mep3m build alignments taxonomy label_mapping products dataset_statistics` brings it into the data set."
KINDS = "name, merge, separate or third_level"
QUESTIONS = {       # by what is asked; `{}` takes the names
    "equivalent": "equivalent?", "narrower": "narrower?", "overlapping": "overlapping, or the same?", "none": "the same?",
    "few": "the same? too few listings to say", "name": "which name: {}?", "names": "people chose {}; which one? Decide it anew with --replace.",
}


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
    print(f"{len(rows)} decided. {THEN}", file=sys.stderr)


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

    if not by.strip():
        raise LakehouseError("A decision needs somebody who decides; give a name with --by.")
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
    wait: bool = typer.Option(False, help="Take what concerns categories that no shop has, too; it waits for them to come."),
) -> None:
    """Decide everything that a file says, or nothing of it."""
    from spark_jobs.naming_decisions import read_file

    decisions, known = read_file(file, by), _known()
    if not decisions:
        print(f"{file} holds no decision.", file=sys.stderr)
        return
    held = {row["decision_id"] for row in _rows(tables.NAMING_DECISIONS, ["decision_id"])}
    unknown = {}
    for place in dict.fromkeys(place for one in decisions if one.decision_id not in held for place in (one.category, one.other) if place):
        try:
            _category(":".join(place), known)
        except LakehouseError as error:
            unknown[place] = str(error)
    if unknown and not wait:
        raise LakehouseError(f"{file}: {' '.join(list(unknown.values())[:5])}{f' And {len(unknown) - 5} more.' if len(unknown) > 5 else ''} "
                             "Nothing was decided; mend these lines or leave them out, or let them wait for such categories with --wait.")
    _publish([{name: getattr(one, name) for name in COLUMNS} for one in decisions], replace)


@names.command()
def withdraw(
    category: str = typer.Argument(..., help="SHOP:PATH, such as 'jd:食品>水果'."),
    other: str = typer.Argument("", help="The other category of a merge, a separation or a third level; nothing for a name."),
) -> None:
    """Take a decision back: a name, or how two categories relate; the strategy decides again."""
    from lakehouse import spark
    from spark_jobs.methods.decisions import Decision

    ends = [(shop, path) for shop, _, path in (text.partition(":") for text in (category, other) if text)]
    wanted = Decision("merge" if other else "name", *ends[0], *(ends[1] if other else (None, None))).decision_id
    gone = [Decision(**{name: row[name] for name in COLUMNS}) for row in _rows(tables.NAMING_DECISIONS) if row["decision_id"] == wanted]
    if not gone:
        raise LakehouseError(f"Nobody has decided {f'how {category} and {other} relate' if other else f'the name of {category}'}; "
                             "`mep3m names export` prints all decisions.")
    left = spark.read(tables.NAMING_DECISIONS).where(f"decision_id <> '{wanted}'")
    spark.publish(tables.NAMING_DECISIONS, left, {"withdrawn": str(gone[0])}, removes=True)
    print(f"Withdrawn: {gone[0]}. {THEN}", file=sys.stderr)


@names.command()
def export() -> None:
    """Print all decisions as a CSV file that `import` takes."""
    out = csv.DictWriter(sys.stdout, ("decision_id", *COLUMNS), lineterminator="\n")
    out.writeheader()
    out.writerows(sorted(_rows(tables.NAMING_DECISIONS), key=lambda row: (row["kind"], row["shop"], row["native_path"])))


def _asked(of: str, names: Sequence[str] = ()) -> dict:
    return {"asks": of, "names": list(names), "question": QUESTIONS[of].format(", ".join(names))}


def waiting() -> list[dict]:
    """What a person could decide, most listings first: provisional names, and pairs shown for review, each with the listings that it concerns.

    The first of a pair is the narrower one, where one of them may be.

    Two nodes are asked about once, by the pair of most listings, and not at all where they are one already or a decision answers it.

    Raises:
        MissingTable: there is no taxonomy yet.
    """
    from lakehouse import arrow
    from spark_jobs.methods.evaluation import LISTINGS_MIN

    if arrow.version(tables.TAXONOMY) is None:
        raise MissingTable("There is no taxonomy yet; run `mep3m build` first.")
    known = {(row["shop"], row["native_path"]): row for row in
             _rows(tables.NATIVE_SUB_CLASSES, ["shop", "native_path", "native_sub_class", "listings"])}
    nodes = [(node, [(m["shop"], m["native_path"]) for m in node["members"]]) for node in _rows(tables.TAXONOMY)
             if node["members"] and not node["retired"]]
    evidence = {(row["shop"], row["native_path"]): row["evidence"] for row in _rows(tables.LABEL_MAPPING, ["shop", "native_path", "evidence"])}
    decisions = _rows(tables.NAMING_DECISIONS)
    found = list(_names(nodes, known, decisions, evidence))
    answered = _answered(decisions, [members for _, members in nodes])
    pairs: dict[frozenset[Category], list[dict]] = defaultdict(list)
    for pair in _rows(tables.ALIGNMENTS, filters=arrow.text("zone") == "review"):
        a, b = (pair["shop_a"], pair["native_path_a"]), (pair["shop_b"], pair["native_path_b"])
        if (ends := answered(a, b)) is None:
            continue
        swapped = pair["relation"] == "broader"
        relation, (first, second) = ("narrower", (b, a)) if swapped else (pair["relation"], (a, b))
        sizes = [known[c]["listings"] for c in (a, b) if c in known]
        few = bool(sizes) and min(sizes) < LISTINGS_MIN
        pairs[ends].append({"kind": "third_level" if relation == "narrower" else "merge",
                            "listings": min(sizes) if few else sum(sizes),      # a handful of listings finds its place; the rest stays
                            "category": ":".join(first), "other": ":".join(second), "value": "", "members": [],
                            **_asked("few" if few and relation == "none" else relation),
                            "evidence": pair["evidence"] + (f" Here b is {':'.join(first)} and a is {':'.join(second)}." if swapped else "")})
    for alike in pairs.values():
        shown = min(alike, key=_place)
        more = len(alike) - 1
        found.append(shown | {"evidence": shown["evidence"] + (f" And {more} more pair{'s' * (more > 1)} of these two sub-classes." if more else "")})
    return sorted(found, key=_place)


def _place(question: dict) -> tuple:
    return -question["listings"], question["kind"], question["category"], question["other"]


def _answered(decisions: Sequence[dict], nodes: Sequence[Sequence[Category]]) -> Callable[[Category, Category], frozenset[Category] | None]:
    """Of two categories: what stands for their two nodes; None where they are one, or people have decided how two of the nodes' members relate."""
    from spark_jobs.methods.decisions import Groups

    groups = Groups()
    related = [(row["kind"], (row["shop"], row["native_path"]), (row["other_shop"], row["other_native_path"]))
               for row in decisions if row["kind"] != "name"]
    for one, other in [(members[0], member) for members in nodes for member in members[1:]] + [ends for kind, *ends in related if kind == "merge"]:
        groups.join(one, other)
    known = {frozenset((groups.find(one), groups.find(other))) for _, one, other in related}

    def open_between(one: Category, other: Category) -> frozenset[Category] | None:
        ends = frozenset((groups.find(one), groups.find(other)))
        return None if len(ends) == 1 or ends in known else ends

    return open_between


def _names(nodes: Sequence[tuple[dict, list[Category]]], known: dict[Category, dict], decisions: Sequence[dict],
           evidence: dict[Category, str]) -> Iterator[dict]:
    """Nodes whose name nobody has chosen, or people have chosen twice; `members` by listings, most first."""
    chosen = {(row["shop"], row["native_path"]): row["value"] for row in sorted(decisions, key=lambda row: row["kind"] == "name") if row["value"]}
    for node, members in nodes:
        given = {chosen[m] for m in members if m in chosen}
        if not node["provisional"] or len(given) == 1:
            continue
        size = {m: known[m]["listings"] if m in known else 0 for m in members}
        members = sorted(members, key=lambda m: (-size[m], m))
        anchor = next((m for m in members if chosen.get(m, node["name"]) != node["name"]), members[0])     # of two chosen names: whose gives way
        shown = sorted(given or {known[m]["native_sub_class"] for m in members if m in known})
        yield {"kind": "name", "listings": sum(size.values()), "category": ":".join(anchor), "other": "", "value": node["name"],
               "members": [":".join(m) for m in members], **_asked("names" if given else "name", shown), "evidence": evidence.get(anchor, "")}


@names.command()
def pending(limit: int = typer.Option(30, help="Rows to print at most; 0 for all."),
            as_json: bool = typer.Option(False, "--json", help="JSON lines instead of text.")) -> None:
    """What waits for a person, with its evidence; what concerns most listings comes first."""
    import json
    import shlex

    found = waiting()
    classes = {(row["shop"], row["native_path"]): row["class_id"] for row in _rows(tables.NATIVE_SUB_CLASSES, ["shop", "native_path", "class_id"])}
    held: dict[str, list[str]] = {"categories that no shop has now": [], "classes that nobody has mapped (`mep3m class-map pending`)": []}
    gone, unmapped = held.values()
    for row in _rows(tables.NAMING_DECISIONS):
        ends = [(row["shop"], row["native_path"]), *([(row["other_shop"], row["other_native_path"])] if row["other_shop"] else [])]
        if any(classes.get(end) is None for end in ends):
            (unmapped if classes.keys() >= set(ends) else gone).append(f"{row['kind']} {row['shop']}:{row['native_path']}")
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
              + (f" --value {shlex.quote(one['value'])}" if one["kind"] == "name" else "") + " --by YOU"
              + (" --replace\n" if one["asks"] == "names" else "\n"))
    kinds = Counter(one["kind"] for one in found)
    told = f" ({', '.join(f'{kind} {kinds[kind]:,}' for kind in sorted(kinds))})" if kinds else ""
    print(f"{len(found):,} wait{told}, {len(shown):,} shown. Kinds of decision: {KINDS}; a pair that is no pair: separate.")
    for what, those in held.items():
        if those:
            print(f"{len(those)} decision{'s' * (len(those) > 1)} waiting for {what}: {'; '.join(sorted(those)[:5])}")
