"""Write a release: read the gold tables at pinned versions, write every file, put the folder in its place."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pyarrow.compute as pc

from lakehouse import arrow, settings
from lakehouse.errors import LakehouseError, MissingTable
from lakehouse.tables import DATASET_STATISTICS, PRODUCTS, TAXONOMY
from release import card, croissant, dataset_info, figures
from release.place import whole_or_nothing
from release.records import AnnotationWriter, Checksums, Pictures, stream
from release.summary import Summary

NODE_COLUMNS = ("level", "node_id", "name", "parent_id", "provisional", "retired")


def check_statistics(products: int, version: int) -> None:
    """
    Raises:
        LakehouseError: dataset_statistics counts another number of products than the release holds.
    """
    found = arrow.read(DATASET_STATISTICS, at=version, filters=(arrow.text("statistic") == "products") & (arrow.text("group") == "all"))
    counted = found.column("value").to_pylist()
    if counted and int(counted[0]) != products:
        raise LakehouseError(f"gold.dataset_statistics counts {int(counted[0]):,} products where gold.products has {products:,}; "
                             "run `mep3m build dataset_statistics` and release again.")


def check_taxonomy(summary: Summary, nodes: list[dict], versions: dict[str, int]) -> None:
    """
    Raises:
        LakehouseError: a product's sub-class is no living node of the taxonomy: the two versions do not belong together.
    """
    alive = {node["node_id"] for node in nodes if node["level"] == 2 and not node["retired"]}
    strangers = sorted(sub_class_id for _, sub_class_id, _ in summary.by_sub_class if sub_class_id not in alive)
    if strangers:
        raise LakehouseError(
            f"gold.products at version {versions[PRODUCTS.full_name]} has the sub-class {strangers[0]}, which gold.taxonomy at version "
            f"{versions[TAXONOMY.full_name]} does not have; name the versions that belong together with --products-version and --taxonomy-version.")


def release(
    folder: Path, about: Callable[[str, int], croissant.About], *, replace: bool = False, products_version: int | None = None,
    taxonomy_version: int | None = None, draw: bool = True, advance: Callable[[int, int], None] = lambda done, total: None,
) -> Summary:
    """Write the data set into `folder`, whole or not at all.

    Args:
        about: Given the date and the version of the products, what people say of the data set.
        products_version: Delta version of gold.products; the newest by default.
        taxonomy_version: Of gold.taxonomy.
        draw: The figures too.
        advance: Told how many records are written, of how many.

    Raises:
        MissingTable: products or taxonomy have not been built.
        LakehouseError: there is no product, a picture is lost, the numbers disagree, or the place will not do.
    """
    lake = settings.load().path
    versions = {PRODUCTS.full_name: arrow.pinned(PRODUCTS, products_version), TAXONOMY.full_name: arrow.pinned(TAXONOMY, taxonomy_version)}
    newest = arrow.pinned(PRODUCTS)
    try:
        versions[DATASET_STATISTICS.full_name] = arrow.pinned(DATASET_STATISTICS, None)
    except MissingTable:
        raise MissingTable("gold.dataset_statistics has not been built yet; run `mep3m build dataset_statistics`.") from None
    version = versions[PRODUCTS.full_name]
    products = arrow.dataset(PRODUCTS, at=version)
    total = products.count_rows()
    if not total:
        raise LakehouseError("gold.products is empty, so there is nothing to release; map the shops' classes (`mep3m class-map pending`), "
                             "then build products.")
    if version == newest:
        check_statistics(total, versions[DATASET_STATISTICS.full_name])
    nodes = arrow.read(TAXONOMY, at=versions[TAXONOMY.full_name], columns=NODE_COLUMNS).to_pylist()
    shops = sorted(pc.unique(products.to_table(columns=["shop"])["shop"]).to_pylist())
    date = arrow.committed_at(PRODUCTS, version).date().isoformat()
    said = about(date, version)
    with whole_or_nothing(folder, replace=replace) as place:
        summary = _write(place, lake, total, version, advance)
        check_taxonomy(summary, nodes, versions)
        dataset_info.write(nodes, place / "dataset_info.xlsx")
        note = figures.write(summary, place / "figures") if draw else ""
        provisional = sum(node["provisional"] and not node["retired"] for node in nodes)
        text = card.render(said, summary, shops=shops, versions=versions, provisional=provisional, drawn=draw, note=note)
        (place / "README.md").write_text(text, encoding="utf-8")
        _describe(place, said, summary)
    return summary


def _write(place: Path, lake: Path, total: int, version: int, advance: Callable[[int, int], None]) -> Summary:
    """annotation.json, Images/, splits/ and the checksums of the pictures."""
    summary = Summary(expected=total)
    scratch = place / ".sort"
    scratch.mkdir()
    (place / "splits").mkdir()
    (place / "Images").mkdir()
    checksums = Checksums(place)
    pictures = Pictures(lake, place, checksums)
    with ExitStack() as files:
        out = files.enter_context((place / "annotation.json").open("wb"))
        train, test = (files.enter_context((place / "splits" / name).open("w")) for name in ("train.txt", "test.txt"))
        annotation = AnnotationWriter(out)
        for record in stream(version, scratch):
            pictures.copy(record)
            annotation.add(record)
            (train if record.product["split"] == "train" else test).write(record.key + "\n")
            summary.add(record)
            if summary.products % 1000 == 0:
                advance(summary.products, total)
        annotation.close()
    checksums.close()
    shutil.rmtree(scratch)
    advance(total, total)
    return summary


def _describe(place: Path, about: croissant.About, summary: Summary) -> None:
    """croissant.json, then the checksums of everything but the pictures, which have theirs."""
    digests, sizes = {}, {}
    lines = []
    for path in sorted(place.rglob("*")):
        name = path.relative_to(place).as_posix()
        if path.is_file() and not name.startswith("Images/") and name != "checksums.sha256":
            digests[name] = _digest(path)
            sizes[name] = path.stat().st_size
            lines.append(f"{digests[name]}  {name}\n")
    body = json.dumps(croissant.metadata(about, summary, digests, sizes), ensure_ascii=False, indent=2) + "\n"
    (place / "croissant.json").write_text(body, encoding="utf-8")
    lines.append(f"{_digest(place / 'croissant.json')}  croissant.json\n")
    with (place / "checksums.sha256").open("a", encoding="utf-8") as out:
        out.writelines(lines)


def _digest(path: Path) -> str:
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
