"""A million-record annotation.json, made on the fly, into bronze: seconds and peak memory, beside what merely parsing it costs.

    python benchmarks/imports.py [--records 1000000]

Prints records a second and the import's peak resident memory, and the same for a loop over ijson that keeps nothing: the ratio is what landing costs.
Goal on 2 cores: a million records in under 3 minutes and 1 GiB.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NOUNS = ("纯牛奶", "孕妇奶粉", "跑步鞋", "连衣裙", "蓝牙耳机", "收纳箱", "保温杯", "洗衣液", "机械键盘", "四件套")
PARSE = "import sys, ijson\nwith open(sys.argv[1], 'rb') as stream:\n    print(sum(1 for _ in ijson.items(stream, 'item', use_float=True)))"


def write(path: Path, records: int) -> None:
    """Records of the released form and size: about 430 bytes each, every value a string."""
    with path.open("w", encoding="utf-8") as stream:
        stream.write("[\n")
        for number in range(records):
            noun = NOUNS[number % len(NOUNS)]
            sub_class = number % 599 + 1
            stream.write(json.dumps({
                "class_id": str(sub_class % 14 + 1), "class_name": f"第{sub_class % 14 + 1}类", "sub_class_id": str(sub_class),
                "sub_class_name": f"{noun}{sub_class}", "subsub_class_id": "FALSE", "subsub_class_name": "FLASE" if number % 7 else f"{noun}三级",
                "img_path": f"Images/{sub_class}/{number}.jpg", "img_resolution": [220, 220, 3],
                "title": f"【品牌{number % 977}】{noun} 家用大容量 官方旗舰 型号{number} 原装正品 {number % 31}件装", "OCR": f"PIN{number % 8191}",
            }, ensure_ascii=False))
            stream.write(",\n" if number + 1 < records else "\n")
        stream.write("]\n")


def measured(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """(seconds, peak resident MiB) of one process."""
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status:
        raise SystemExit(said.decode("utf-8", "replace"))
    return seconds, usage.ru_maxrss / 1024


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=1_000_000)
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "annotation.json"
        write(file, args.records)
        environment = os.environ | {"LAKEHOUSE_ROOT": str(Path(folder) / "lake")}
        importing = measured([sys.executable, "-m", "lakehouse.cli", "import", "mep3m", str(file)], environment)
        parsing = measured([sys.executable, "-c", PARSE, str(file)], environment)
        print(f"{args.records:,} records, {file.stat().st_size / 2**20:,.0f} MiB")
        print(f"{'':12}{'seconds':>10}{'records/s':>12}{'peak MiB':>10}")
        for name, (seconds, memory) in (("import", importing), ("parse only", parsing)):
            print(f"{name:12}{seconds:10.1f}{args.records / seconds:12,.0f}{memory:10.0f}")
        print(f"import takes {importing[0] / parsing[0]:.1f} times as long as parsing alone")
    return 0


if __name__ == "__main__":
    sys.exit(main())
