"""One run of a command, measured."""
import os
import subprocess
import time


def once(command):
    """Wall seconds, CPU seconds and peak memory (KiB) of one run, children included, and its status. The memory is never
    less than that of this interpreter, which the child begins as."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, process.returncode
