"""What an alignment confused with what, on a page that a person reads."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spark_jobs.methods.evaluation import Category, Labels, Pair

SHOWN = 40


def _called(category: Category) -> str:
    return f"{category[0]}: {category[1]}".replace("|", "/").replace("\n", " ")


def confusion(rows: list[dict], key: set[Pair], labels: Labels | None) -> str:
    """Markdown: pairs merged wrongly, pairs missed with what was taken instead, and what people's labels say of each.

    Args:
        rows: of alignments.
    """
    ends = {frozenset((one, other)): row for row in rows
            for one, other in [((row["shop_a"], row["native_path_a"]), (row["shop_b"], row["native_path_b"]))] if one[0] != other[0]}
    found = {one for one, row in ends.items() if row["relation"] == "equivalent"}
    taken: dict[tuple[Category, str], Category] = {}
    for one in found:
        a, b = sorted(one)
        taken[a, b[0]], taken[b, a[0]] = b, a
    wanted: dict[tuple[Category, str], Category] = {}
    for one in key:
        a, b = sorted(one)
        wanted[a, b[0]], wanted[b, a[0]] = b, a

    def agreed(one: Pair) -> float:
        return labels.overlap(*sorted(one)) if labels else 0.0

    wrong = sorted(found - key, key=lambda one: (agreed(one), sorted(one)))
    missed = sorted(key - found, key=lambda one: (-agreed(one), sorted(one)))
    classes: dict[tuple[str, str], int] = defaultdict(int)
    for one in wrong:
        a, b = sorted(one)
        classes[a[1].split(">")[0], b[1].split(">")[0]] += 1
    lines = ["# What was confused with what", "",
             f"{len(found):,} pairs taken as equivalent, {len(found & key):,} of them in the key's {len(key):,}; "
             f"{len(wrong):,} not in it, {len(missed):,} missed.",
             "An overlap of people's labels of 0.6 or more means that a pair not in the key is right all the same, or a twin of one that is.", "",
             "## Not in the key, least agreement of people's labels first", "",
             "| one | other | overlap of labels | the key has instead | zone | evidence |", "| --- | --- | --- | --- | --- | --- |"]
    for one in wrong[:SHOWN]:
        a, b = sorted(one)
        instead = "; ".join(_called(wanted[place]) for place in ((a, b[0]), (b, a[0])) if place in wanted) or "nothing"
        row = ends[one]
        lines.append(f"| {_called(a)} | {_called(b)} | {agreed(one):.2f} | {instead} | {row['zone']} | {row['evidence'].replace('|', '/')} |")
    lines += ["", "## Missed, most agreement first", "",
              "| one | other | overlap of labels | taken instead | said of the pair |", "| --- | --- | --- | --- | --- |"]
    for one in missed[:SHOWN]:
        a, b = sorted(one)
        instead = "; ".join(_called(taken[place]) for place in ((a, b[0]), (b, a[0])) if place in taken) or "nothing"
        said = f"{ends[one]['relation']}: {ends[one]['evidence']}".replace("|", "/") if one in ends else "not among the candidates"
        lines.append(f"| {_called(a)} | {_called(b)} | {agreed(one):.2f} | {instead} | {said} |")
    lines += ["", "## First-level classes between which most is confused", "", "| one | other | pairs |", "| --- | --- | --- |"]
    lines += [f"| {a} | {b} | {n} |".replace("\n", " ") for (a, b), n in sorted(classes.items(), key=lambda item: (-item[1], item[0]))[:20]]
    return "\n".join(lines) + "\n"
