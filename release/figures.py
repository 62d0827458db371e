"""The paper's figures, drawn from the release's own numbers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from release.summary import Summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# As the files are called; a name that matplotlib knows only if the file was there when it last made its own list.
FONTS = ("NotoSansCJK-Regular.ttc", "NotoSansSC-Regular.otf", "SourceHanSansSC-Regular.otf", "wqy-microhei.ttc", "wqy-zenhei.ttc", "simhei.ttf",
         "msyh.ttc", "PingFang.ttc")
NO_FONT = ("No Chinese font was found on this machine (fonts-noto-cjk on Debian): Chinese names are missing from the figures, "
           "ids stand in their place.")
MOST_LEAVES, MOST_CHILDREN, DPI = 40, 12, 150
INK, ACCENT, SOFT = "#26324a", "#c8553d", "#9fb3c8"


def chinese_font() -> str | None:
    """The family of the first of FONTS that this machine has."""
    from matplotlib import font_manager

    present = {Path(path).name: path for path in sorted(font_manager.findSystemFonts())}
    path = next((present[name] for name in FONTS if name in present), None)
    if path is None:
        return None
    font_manager.fontManager.addfont(path)
    return font_manager.get_font(path).family_name


def _figure(width: float, height: float, font: str | None) -> Figure:
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    matplotlib.rcParams["font.family"] = [font, "DejaVu Sans"] if font else ["DejaVu Sans"]
    made = Figure(figsize=(width, height), dpi=DPI, layout="constrained")
    FigureCanvasAgg(made)
    return made


def _save(figure: Figure, path: Path) -> None:
    figure.savefig(path, metadata={"Software": None})       # no version in the file: the same numbers give the same bytes


def _plain(axes) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(INK)
    axes.tick_params(colors=INK)


def distribution(summary: Summary, font: str | None) -> Figure:
    """Sizes of the sub-classes, picture sizes and title lengths (paper, Fig. 5)."""
    figure = _figure(13, 4.2, font)
    left, middle, right = figure.subplots(1, 3, width_ratios=(1.5, 1, 1))
    sizes = sorted(summary.by_sub_class.values(), reverse=True)
    left.fill_between(range(1, len(sizes) + 1), sizes, step="mid", color=SOFT)
    left.step(range(1, len(sizes) + 1), sizes, where="mid", color=INK, linewidth=1)
    left.set(yscale="log", xlim=(0.5, len(sizes) + 0.5), xlabel="sub-class, largest first", ylabel="products (log scale)",
             title=f"{len(sizes):,} sub-classes: {sizes[0]:,} to {sizes[-1]:,} products")
    if summary.by_resolution:
        most = max(summary.by_resolution.values())
        for (width, height), count in sorted(summary.by_resolution.items()):
            middle.scatter(width, height, s=20 + 500 * count / most, color=ACCENT if count == most else INK, alpha=.7, linewidth=0)
        (width, height), count = max(summary.by_resolution.items(), key=lambda entry: entry[1])
        middle.set(xscale="log", yscale="log")
        middle.margins(0.2)
        title = f"{count / summary.pictures:.1%} of {summary.pictures:,} pictures are {width} x {height}"
    else:
        middle.text(.5, .5, "no pictures", ha="center", transform=middle.transAxes)
        middle.set(xticks=(), yticks=())
        title = "pictures"
    middle.set(xlabel="width, pixels", ylabel="height, pixels", title=title)
    lengths = sorted(summary.by_title_length)
    right.bar(lengths, [summary.by_title_length[length] for length in lengths], width=1, color=SOFT)
    right.axvline(summary.mean_title_length, color=ACCENT, linewidth=1.2)
    right.set(xlabel="title length, characters", ylabel="products", title=f"mean title length {summary.mean_title_length:.1f}")
    for axes in (left, middle, right):
        axes.title.set_fontsize(10)
        _plain(axes)
    return figure


def tree(summary: Summary, font: str | None) -> Figure:
    """The class with the most subsub-classes, or else the largest, as a tree (paper, Fig. 4)."""
    thirds: dict[int, list[tuple[int, str, int]]] = {}
    for (sub_class_id, node_id, name), count in summary.by_subsub_class.items():
        thirds.setdefault(sub_class_id, []).append((node_id, name, count))

    def depth(class_id: int) -> int:
        return sum(len(thirds.get(sub, [])) for owner, sub, _ in summary.by_sub_class if owner == class_id)

    class_id, class_name = max(summary.by_class, key=lambda key: (depth(key[0]), summary.by_class[key], -key[0]))
    subs = sorted(((sub, name, count) for (owner, sub, name), count in summary.by_sub_class.items() if owner == class_id),
                  key=lambda entry: (-len(thirds.get(entry[0], [])), -entry[2], entry[0]))
    shown, used = [], 0
    for sub, name, count in subs:
        children = sorted(thirds.get(sub, []), key=lambda child: (-child[2], child[0]))[:MOST_CHILDREN]
        if used + max(1, len(children)) > MOST_LEAVES:
            continue
        shown.append((sub, name, count, children))
        used += max(1, len(children))
    deep = any(children for *_, children in shown)
    figure = _figure(10 if deep else 7, max(3.0, 0.26 * used + 1), font)
    axes = figure.subplots()
    axes.axis("off")

    def label(node_id: int, name: str, count: int) -> str:
        return f"{name if font else ''} [{node_id}]  {count:,}".strip()

    row, middles = 0.0, []
    for sub, name, count, children in shown:
        rows = [row + k for k in range(max(1, len(children)))]
        middle = sum(rows) / len(rows)
        middles.append(middle)
        axes.text(1, -middle, label(sub, name, count), va="center", fontsize=9, color=INK)
        for child_row, child in zip(rows, children, strict=False):
            axes.plot((1.72, 1.8, 1.95, 2), (-middle, -middle, -child_row, -child_row), color=SOFT, linewidth=1)
            axes.text(2.02, -child_row, label(*child), va="center", fontsize=8, color=ACCENT)
        row += len(rows)
    centre = sum(middles) / len(middles)
    for middle in middles:
        axes.plot((.72, .8, .95, .99), (-centre, -centre, -middle, -middle), color=SOFT, linewidth=1)
    axes.text(0, -centre, label(class_id, class_name, summary.by_class[class_id, class_name]), va="center", fontsize=10, color=INK)
    left_out = len(subs) - len(shown)
    axes.set_title(f"One class: {len(shown)} of its {len(subs)} sub-classes [id] and their products" if left_out else
                   f"One class: its {len(subs)} sub-classes [id] and their products", fontsize=10)
    axes.set(xlim=(-.02, 2.9 if deep else 1.9), ylim=(-row + .3, .7))
    return figure


def words(summary: Summary, font: str | None) -> Figure:
    """The most frequent words of the titles (paper, Fig. 3, there as a cloud)."""
    figure = _figure(10, 7, font)
    axes = figure.subplots()
    found = [(word, count) for word, count in summary.frequent_words() if font or word.isascii()][:40]
    if not found:
        axes.axis("off")
        axes.text(.5, .5, NO_FONT if not font else "no words", ha="center", wrap=True, transform=axes.transAxes)
        return figure
    axes.barh(range(len(found)), [count for _, count in found], color=SOFT)
    axes.set_yticks(range(len(found)), [word for word, _ in found], fontsize=8)
    axes.invert_yaxis()
    axes.set(xlabel="occurrences in titles", title="The most frequent words")
    _plain(axes)
    return figure


def write(summary: Summary, folder: Path) -> str:
    """Every figure into `folder`, which is made.

    Returns:
        A note where something could not be drawn as it should; empty otherwise.
    """
    folder.mkdir()
    font = chinese_font()
    drawn = {"distribution.png": distribution, "taxonomy.png": tree, "words.png": words}
    for name, draw in drawn.items():
        _save(draw(summary, font), folder / name)
    return "" if font else NO_FONT
