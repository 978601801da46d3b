"""One run of a command, measured."""
import os
import subprocess
import tempfile
import time


def once(command):
    """Wall seconds, CPU seconds and peak memory (KiB) of one run, children included, and its status.

    The peak that the kernel keeps for a process begins with that of the process it was forked from, so the fork is left
    to time(1), which is small."""
    with tempfile.NamedTemporaryFile(mode="r", encoding="ascii") as peak:
        start = time.monotonic()
        process = subprocess.Popen(["/usr/bin/time", "-q", "-f", "%M", "-o", peak.name, *command],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - start
        return wall, usage.ru_utime + usage.ru_stime, int(peak.read()), process.returncode
