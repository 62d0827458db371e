"""A run's figures: learning curve, the worst confusions, F1 by label."""

from __future__ import annotations

from pathlib import Path

FONTS = ["Noto Sans CJK SC", "Noto Serif CJK SC", "WenQuanYi Zen Hei", "DejaVu Sans"]


def draw(report: dict, folder: Path, title: str) -> Path:
    """PNG files into `folder`."""
    import matplotlib
    from matplotlib import font_manager
    from matplotlib.figure import Figure

    for path in font_manager.findSystemFonts():  # matplotlib's own list may be older than the fonts
        if "CJK" in path:
            font_manager.fontManager.addfont(path)
            break
    known = {font.name for font in font_manager.fontManager.ttflist}
    with matplotlib.rc_context({"font.family": [name for name in FONTS if name in known] or ["sans-serif"]}):
        if report["history"]:
            _curve(Figure(figsize=(7, 4), layout="constrained"), report["history"], title).savefig(folder / "learning_curve.png", dpi=120)
        if report["confusions"]:
            _confusions(Figure(figsize=(9, 6), layout="constrained"), report["confusions"]).savefig(folder / "confusions.png", dpi=120)
        _by_label(Figure(figsize=(7, 4), layout="constrained"), report["per_class"]).savefig(folder / "f1_by_label.png", dpi=120)
    return folder


def _curve(figure, history: list[dict], title: str):
    axes = figure.subplots()
    epochs = [entry["epoch"] for entry in history]
    axes.plot(epochs, [entry["loss"] for entry in history], color="tab:red", label="loss")
    axes.set(xlabel="epoch", ylabel="loss on the training rows", title=title)
    right = axes.twinx()
    right.plot(epochs, [entry["top1"] for entry in history], color="tab:blue", label="top-1")
    right.set(ylabel="top-1 on the training rows", ylim=(0, 1))
    figure.legend(loc="outside lower center", ncols=2)
    return figure


def _confusions(figure, pairs: list[dict]):
    axes = figure.subplots()
    shown = pairs[::-1]
    axes.barh(
        [f"{pair['label'].split(' > ')[-1]}  taken for  {pair['taken_for'].split(' > ')[-1]}" for pair in shown], [pair["rows"] for pair in shown]
    )
    axes.set(xlabel="test rows", title="Most frequent mistakes")
    return figure


def _by_label(figure, table: list[dict]):
    axes = figure.subplots()
    present = [row for row in table if row["support"]]
    axes.scatter([row["support"] for row in present], [row["f1"] for row in present], s=8, alpha=0.6)
    axes.set(xscale="log", xlabel="test rows of the label", ylabel="F1", ylim=(-0.02, 1.02), title="F1 by label")
    return figure
