"""Real pages of sixteen shops, read without a page object: what a reader sees on them, as benchmarks/extraction.py judges it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from benchmarks.extraction import ours, right
from crawlers.pages.commands import addresses, body_of, page_id


def test_every_real_page_at_hand_is_read_right(shared_data: Path):
    folder = shared_data / "pages"
    wanted = {row["id"]: row for row in map(json.loads, (folder / "expected.jsonl").read_text(encoding="utf-8").splitlines())}
    urls, wrong, judged = addresses(folder), [], Counter()
    for path in sorted(path for path in folder.iterdir() if page_id(path) in wanted):
        identity = page_id(path)
        marks = {field: good for field, good in right(ours(body_of(path), urls[identity]), wanted[identity]).items() if good is not None}
        judged.update(marks.keys())
        wrong += [(identity, field) for field, good in marks.items() if not good]
    assert judged == {"name": 16, "breadcrumb": 11, "main picture": 16, "no breadcrumb made up": 5}
    assert wrong == []
