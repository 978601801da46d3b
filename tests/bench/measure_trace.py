"""Times kcdfix explain --trace, tshark and cat on one large capture, in turn, and prints medians and ratios."""
import json
import os
import pathlib
import statistics
import subprocess
import sys

import big_capture
from timing import once

CACHE = pathlib.Path(os.environ.get("KCDFIX_BENCH_CACHE", "/var/cache/kcdfix-bench"))
GOAL = 0.1


def main():
    runs = int(sys.argv[1])
    CACHE.mkdir(parents=True, exist_ok=True)
    capture = CACHE / "trace-1g.pcap"
    if not capture.exists():
        print(f"making {capture}", flush=True)
        big_capture.make(capture)
    kcdfix = [os.environ["KCDFIX_BIN"], "explain", "--trace", str(capture)]
    document = json.loads(subprocess.run(kcdfix + ["--json"], check=False, stdout=subprocess.PIPE).stdout)
    found = len(document["conversations"])
    print(f"{capture.stat().st_size / 1e9:.2f} GB, {document['capture']['packets']} packets, {found} conversations, "
          f"{document['capture']['messages']} Kerberos messages")
    if found != big_capture.CONVERSATIONS:
        sys.exit(f"there should be {big_capture.CONVERSATIONS} conversations")
    sides = {"kcdfix explain --trace": kcdfix, "tshark -Y kerberos": ["tshark", "-r", str(capture), "-Y", "kerberos"],
             "cat": ["cat", str(capture)]}
    results = {name: [] for name in sides}
    for _ in range(runs):
        for name, command in sides.items():
            results[name].append(once(command))
    print(f"\n  {'medians of ' + str(runs):26}{'wall s':>9}{'CPU s':>9}{'peak MiB':>10}{'status':>8}")
    for name, rows in results.items():
        wall, seconds, memory = (statistics.median(row[column] for row in rows) for column in range(3))
        print(f"  {name:26}{wall:9.2f}{seconds:9.2f}{memory / 1024:10.1f}{rows[-1][3]:8d}")
    ours, theirs, limit = results.values()
    ratio = statistics.median(a[0] / b[0] for a, b in zip(ours, theirs))
    memory = statistics.median(a[2] / b[2] for a, b in zip(ours, theirs))
    reading = statistics.median(a[0] / b[0] for a, b in zip(ours, limit))
    print(f"  of tshark: wall {ratio:.3f} (goal {GOAL}: {'met' if ratio <= GOAL else 'NOT met'}), memory {memory:.3f}; "
          f"of cat: wall {reading:.1f}")


main()
