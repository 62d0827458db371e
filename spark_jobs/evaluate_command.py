"""mep3m evaluate: the alignment against an answer key and people's labels."""

from __future__ import annotations

import csv
import gzip
import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console

from lakehouse import tables
from lakehouse.errors import LakehouseError

if TYPE_CHECKING:
    from spark_jobs.methods.evaluation import Category, Labels, Pair
    from spark_jobs.strategies import Options

evaluate = typer.Typer(no_args_is_help=True, help="Measure the alignment against an answer key.")
GOLD = ("platform_a", "path_a", "platform_b", "path_b")
LABELLED = ("platform", "native_path", "human_label_path")
TABLE = Path("docs") / "alignment.md"
BEGIN, END = "<!-- table: mep3m evaluate table -->", "<!-- end of table -->"


@evaluate.callback()
def _group() -> None:
    """Measure what the lake holds."""


def read_rows(path: Path, columns: tuple[str, ...], what: str) -> list[dict[str, str]]:
    """A tab-separated file, gzipped or not, with a header and without quoting.

    Raises:
        LakehouseError: there is no such file, it is no text in UTF-8, it lacks a column, or a line one of their values.
    """
    opener: Callable[..., Any] = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    except FileNotFoundError:
        raise LakehouseError(f"{path} is not there; give a tab-separated file with the columns {', '.join(columns)}.") from None
    except (UnicodeDecodeError, gzip.BadGzipFile, zlib.error, EOFError, IsADirectoryError):
        raise LakehouseError(f"{path} does not read as text in UTF-8; give a tab-separated file with the columns {', '.join(columns)}.") from None
    if not rows or set(columns) - set(rows[0]):
        raise LakehouseError(f"{path} is no {what}; it needs the tab-separated columns {', '.join(columns)}.")
    for line, row in enumerate(rows, 2):
        if None in (row[column] for column in columns):
            raise LakehouseError(f"{path}, line {line}: the line ends before {next(column for column in columns if row[column] is None)}.")
    return rows


def clean(paths: Iterable[str]) -> dict[str, str]:
    """Each path as the lake has it, without what cannot be seen."""
    import pyarrow as pa

    from spark_jobs.methods.titles import visible_levels

    raw = sorted(set(paths))
    levels = visible_levels(pa.array([one.split(">") for one in raw], pa.list_(pa.string()))).to_pylist()
    return dict(zip(raw, (">".join(one) for one in levels), strict=True))


def read_gold(path: Path) -> set[Pair]:
    """Pairs of (shop, path) that hold the same products.

    Raises:
        LakehouseError: there is no such file, it lacks a column or a value, or a pair is of one category and itself.
    """
    from spark_jobs.methods.evaluation import pair

    rows = read_rows(path, GOLD, "answer key")
    seen = clean(row[column] for row in rows for column in ("path_a", "path_b"))
    pairs = [pair((row["platform_a"], seen[row["path_a"]]), (row["platform_b"], seen[row["path_b"]])) for row in rows]
    for line, one in enumerate(pairs, 2):
        if len(one) == 1:
            raise LakehouseError(f"{path}, line {line}: {':'.join(*one)} is paired with itself; a pair of the key has two categories.")
    return set(pairs)


def read_labels(path: Path) -> Labels:
    """People's labels of a listings file, counted by category.

    Raises:
        LakehouseError: there is no such file, or it lacks a column.
    """
    from spark_jobs.methods.evaluation import Labels

    rows = read_rows(path, LABELLED, "labelled listings file")
    seen = clean(row["native_path"] for row in rows)
    counts: dict[Category, Counter] = defaultdict(Counter)
    for row in rows:
        if row["human_label_path"]:
            counts[row["platform"], seen[row["native_path"]]][row["human_label_path"]] += 1
    return Labels(counts)


def decided(strategy: str | None = None, options: Options | None = None) -> list[dict]:
    """The rows of alignments: the lake's, people's among them; or what a strategy by itself says of the lake's listings, written nowhere.

    Raises:
        UnknownStrategy: `strategy` names none.
        MissingTable: what it needs has not been written yet.
    """
    from lakehouse import arrow

    columns = [*tables.PAIR_KEY, "relation", "zone", "confidence", "strategy", "decided_by", "evidence"]
    if strategy is None:
        return arrow.read(tables.ALIGNMENTS, columns=columns).to_pylist()
    from lakehouse import spark
    from spark_jobs import alignments, strategies, sub_class_pairs

    strategies.find(strategy)
    options = options or strategies.Options()
    native, listings = spark.read(tables.NATIVE_SUB_CLASSES), spark.read(tables.LISTINGS)
    pairs = sub_class_pairs.build(native, listings, strategy=strategy, options=options).localCheckpoint()
    nobody = spark.empty(tables.NAMING_DECISIONS)
    return alignments.build(pairs, native, nobody, strategy=strategy, options=options).select(*columns).toArrow().to_pylist()


def named_alike(known: dict[Category, dict]) -> list[Pair]:
    """What the tree folds by name where the strategy compares nothing inside a shop: `spark_jobs.methods.taxonomy.doubles`."""
    from spark_jobs.methods.taxonomy import NativeSubClass, doubles

    own = [NativeSubClass(category, row["native_sub_class"], row["class_id"], row["class_name"], row["listings"])
           for category, row in known.items() if row.get("class_id") is not None]
    return [frozenset((merge.a, merge.b)) for merge in doubles(own)]


def by_itself(row: dict) -> bool:
    """Whether a row of alignments is a merge that no person made."""
    return row["relation"] == "equivalent" and row["zone"] == "merged" and row["decided_by"] == row["strategy"]


def measure(rows: list[dict], key: set[Pair], labels: Labels | None, known: dict[Category, dict]) -> dict[str, Any]:
    """Every figure, as plain values.

    Args:
        known: the lake's categories with `listings` and, for the doubles that the tree folds by name, name and class; a pair of the
            key about another one is counted and named.
    """
    from spark_jobs.methods import evaluation as measures

    strangers = sorted({category for one in key for category in one if category not in known})
    inside = {one for one in key if len({shop for shop, _ in one}) == 1}
    key = key - inside
    shops = {shop for one in key for shop, _ in one}
    relations = {((row["shop_a"], row["native_path_a"]), (row["shop_b"], row["native_path_b"])): row for row in rows}
    across = {ends: row for ends, row in relations.items() if ends[0][0] != ends[1][0]}
    asked = {ends: row for ends, row in across.items() if {ends[0][0], ends[1][0]} <= shops}
    found = {frozenset(ends) for ends, row in asked.items() if row["relation"] == "equivalent"}
    small = {one for one in found if any(known.get(category, {"listings": 0})["listings"] < measures.LISTINGS_MIN for category in one)}
    found -= small
    merged = {frozenset(ends) for ends, row in asked.items() if by_itself(row)} - small
    large = {category for category, row in known.items() if row["listings"] >= measures.LARGE}
    result: dict[str, Any] = {
        "strategy": rows[0]["strategy"] if rows else None,
        "strict": measures.strict(found, key).rounded(),
        "merged_zone": {"pairs": len(merged), "share_of_merges": round(len(merged) / max(len(found), 1), 4),
                        "strict_precision": round(measures.strict(merged, key).precision, 4)},
        "both_sides_10_listings": measures.scores({p for p in found if p <= large}, {p for p in key if p <= large}, labels),
        "per_shop_pair": measures.per_shop_pair(found, key, labels, sorted(shops)),
        "intervals_95": measures.intervals(found, key, labels, merged),
        "decided_by_people": sum(row["decided_by"] != row["strategy"] for row in rows),
        "left_out": {"pairs_of_fewer_than_5_listings": len(small), "pairs_of_one_shop_in_key": len(inside),
                     "unknown_categories_in_key": len(strangers), "unknown": [":".join(one) for one in strangers[:20]]},
    }
    if labels is None:
        return result
    result["tolerant"] = measures.tolerant(found, key, labels).rounded()
    result["merged_zone"]["tolerant_precision"] = round(measures.tolerant(merged, key, labels).precision, 4)
    compared_inside = any(row["strategy"] != "paper" and row["shop_a"] == row["shop_b"] for row in rows)        # as spark_jobs.taxonomy.folds_names
    by_name = [] if compared_inside else named_alike(known)
    alone = [frozenset(ends) for ends, row in relations.items() if by_itself(row)]
    proposed = [frozenset(ends) for ends, row in relations.items() if row["relation"] == "equivalent"]
    for name, clusters in (("not_merged", {}), ("merged_by_itself", measures.components([*alone, *by_name])),
                           ("every_proposal_accepted", measures.components([*proposed, *by_name])),
                           ("merged_by_labels", {category: max(sorted(of), key=of.get) for category, of in labels.counts.items()})):
        result[f"listings_{name}"] = listings_of(clusters, labels)
        if name not in ("merged_by_itself", "every_proposal_accepted"):
            continue
        result["both_sides_10_listings"][f"listings_{name}"] = listings_of(clusters, labels, large)
        for two, scores in result["per_shop_pair"].items():
            scores[f"listings_{name}"] = listings_of(clusters, labels, {one for one in labels.counts if one[0] in two.split(" / ")})
    judged = {ends: row["relation"] for ends, row in across.items() if all(labels.sizes.get(end, 0) >= labels.listings_min for end in ends)}
    result["per_relation"] = measures.by_relation(judged, measures.relations_by_labels(labels))
    result["left_out"]["labelled_categories_unknown"] = sum(category not in known for category in labels.counts)
    return result


def listings_of(clusters: dict, labels: Labels, among: set[Category] | None = None) -> dict[str, dict]:
    """How well the listings' curated sub-classes agree with their labels, with the intervals of B-cubed F1 and V-measure."""
    from spark_jobs.methods import evaluation as measures

    return {"b_cubed": measures.b_cubed(clusters, labels, among), "v_measure": measures.v_measure(clusters, labels, among),
            "intervals_95": measures.listings_intervals(clusters, labels, among)}


def categories() -> dict[Category, dict]:
    """The lake's native sub-classes by (shop, path)."""
    from lakehouse import arrow

    columns = ["shop", "native_path", "native_sub_class", "class_id", "class_name", "listings"]
    rows = arrow.read(tables.NATIVE_SUB_CLASSES, columns=columns).to_pylist()
    return {(row["shop"], row["native_path"]): row for row in rows}


@evaluate.command()
def alignment(
    gold: Path = typer.Option(..., help="Tab-separated pairs: platform_a, path_a, platform_b, path_b."),
    labels: Path = typer.Option(None, help="Listings with people's labels: platform, native_path, human_label_path; gzipped or not."),
    strategy: str = typer.Option(None, help="What paper or curated by itself says of the lake's listings; the lake's alignments by default, "
                                 "with what people decided."),
    weight: str = typer.Option("counts", help="Of strategy paper, as for `mep3m build alignments`: counts or presence."),
    threshold: str = typer.Option("0.75", help="Of strategy paper: a number, or identical-names."),
    identical_names: str = typer.Option("merge", help="Of strategy paper: merge or criterion."),
    shortest_term: int = typer.Option(2, help="Of strategy paper: characters of a term of S_content."),
    report: Path = typer.Option(None, help="Where to write what was confused with what, for a person to read."),
) -> None:
    """Precision, recall and F1 of the pairs, the zones, the relations and the curated sub-classes, as JSON.

    Each with a 95 % bootstrap interval. Of the relations, `narrower` counts what is said to be broader too: it is the same from the other end.
    """
    from spark_jobs import strategies

    options = strategies.chosen(weight, threshold, identical_names, shortest_term)
    if strategy != "paper" and options != strategies.Options():
        raise LakehouseError("--weight, --threshold, --identical-names and --shortest-term are options of strategy paper; add --strategy paper.")
    key, of_people = read_gold(gold), read_labels(labels) if labels else None
    with Console(stderr=True).status("measuring"):
        rows = decided(strategy, options)
        measured = measure(rows, key, of_people, categories())
    print(json.dumps(measured, ensure_ascii=False, indent=1))
    if report:
        from spark_jobs.methods.confusion import confusion

        report.write_text(confusion(rows, key, of_people), encoding="utf-8")


@evaluate.command()
def table(
    gold: Path = typer.Option(..., help="As for `alignment`."),
    labels: Path = typer.Option(..., help="As for `alignment`."),
    output: Path = typer.Option(TABLE, help="The page whose table is written anew."),
) -> None:
    """Measure every strategy on the lake and write the table of docs/alignment.md."""
    from spark_jobs import strategies

    key, of_people, known = read_gold(gold), read_labels(labels), categories()
    lines = ["| strategy | strict P / R / F1 | tolerant F1 | merged by itself: share, tolerant P | B-cubed F1 by itself / accepted | V-measure |",
             "| --- | --- | --- | --- | --- | --- |"]
    forms = {"`paper`, Eq. 3 for identical names too": ("paper", strategies.Options(identical_names_merge=False)),
             "`paper`, words of one character too": ("paper", strategies.Options(shortest_term=1)),
             "`paper`, presence of terms": ("paper", strategies.Options(weight="presence")),
             "`paper`, threshold of the identical names": ("paper", strategies.Options(threshold=None)),
             **{f"`{name}`": (name, strategies.Options()) for name in strategies.MODULES}}
    got: dict[str, Any] = {}
    for name, form in forms.items():
        got = measure(decided(*form), key, of_people, known)
        strict, interval = got["strict"], got["intervals_95"].get("strict_f1", [0, 0])
        lines.append(f"| {name} | {strict['precision']:.2f} / {strict['recall']:.2f} / **{strict['f1']:.3f}** "
                     f"({interval[0]:.2f} to {interval[1]:.2f}) | {got['tolerant']['f1']:.3f} "
                     f"| {got['merged_zone']['share_of_merges']:.2f}, {got['merged_zone']['tolerant_precision']:.3f} "
                     f"| {got['listings_merged_by_itself']['b_cubed']['f1']:.3f} / {got['listings_every_proposal_accepted']['b_cubed']['f1']:.3f} "
                     f"| {got['listings_merged_by_itself']['v_measure']['v_measure']:.3f} |")
    for name, of in (("nothing merged", "not_merged"), ("each category to the label that most of its listings bear", "merged_by_labels")):
        lines.append(f"| {name} | | | | {got[f'listings_{of}']['b_cubed']['f1']:.3f} | {got[f'listings_{of}']['v_measure']['v_measure']:.3f} |")
    made = "\n".join([BEGIN, *lines, END])
    page = output.read_text(encoding="utf-8") if output.exists() else f"{BEGIN}\n{END}\n"
    if BEGIN not in page or END not in page:
        raise LakehouseError(f"{output} has no place for the table; it needs the lines {BEGIN} and {END}.")
    before, after = page.split(BEGIN)[0], page.split(END, 1)[1]
    output.write_text(before + made + after, encoding="utf-8")
    print(made)
