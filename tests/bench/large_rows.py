"""The rows of tests/bench/large.

usage: large_rows.py run COMPUTERS RUNS PEAKS     inside lab --large COMPUTERS; adds each row's peak memory to PEAKS
       large_rows.py memory PEAKS                 the same rows in different domains, side by side

To add a row, add a Row to rows(): its name, kcdfix's command, what it is compared with (a list of words, both), and the
goal for the ratio of their wall times. Their output is thrown away, whatever their status. `prepare`, where a row has
it, is called once before the row is measured. What a command writes has to be written anew by each run: undo it in the
command itself (sh -c), on both sides alike. The domain is described at the top of tests/lab/large.py.
"""
import dataclasses
import json
import os
import resource
import subprocess
import sys
import typing

MEMORY_MIB = 64  # goal for the peak in the larger domain
MEMORY_RATIO = 1.1  # and between two domains with equal numbers of delegations


@dataclasses.dataclass
class Row:
    name: str
    ours: list
    theirs: list
    goal: float
    prepare: typing.Callable | None = None


def kcdfix(command, *words):
    return ["kcdfix", command, "-S", os.environ["KCDFIX_DC"], *words]


def paged(search, *attributes):
    """One ldapsearch of the whole domain, in pages as large as those of kcdfix."""
    return ["ldapsearch", "-Q", "-N", "-LLL", "-Y", "GSSAPI", "-H", f"ldap://{os.environ['KCDFIX_DC']}",
            "-b", "DC=kcd,DC=test", "-E", "pr=500/noprompt", search, *attributes]


HOSTS = ("(|(&(objectCategory=computer)(|(servicePrincipalName=Microsoft Virtual System Migration Service/*)"
         "(servicePrincipalName=MSClusterVirtualServer/*)))"
         "(&(objectClass=serviceConnectionPoint)(|(cn=Microsoft Hyper-V)(cn=Windows Virtual Machine))))")


def rows():
    return [
        Row("hosts --json  /  ldapsearch of the same objects and attributes", kcdfix("hosts", "--json"),
            paged(HOSTS, "cn", "objectClass", "objectGUID", "sAMAccountName", "dNSHostName", "operatingSystem",
                  "userAccountControl", "lastLogonTimestamp", "msDS-AllowedToDelegateTo", "servicePrincipalName"), 1.3),
    ]


def run(computers, runs, path):
    import measure  # reads the lab's environment
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    subprocess.run(["kvno", "-q", f"ldap/{os.environ['KCDFIX_DC']}"], stdout=subprocess.DEVNULL, check=True)
    print(f"\n{computers} computers, 3,000 delegations; {runs} runs each, in turn (Samba on this machine)")
    for row in rows():
        if row.prepare:
            row.prepare()
        medians = measure.side_by_side(row.name, row.ours, row.theirs, int(runs), row.goal, warm=1)
        with open(path, "a", encoding="utf-8") as file:
            print(json.dumps([row.name, int(computers), medians[0][2] / 1024]), file=file)


def memory(path):
    with open(path, encoding="utf-8") as file:
        peaks = [json.loads(line) for line in file]
    domains = sorted({computers for _, computers, _ in peaks})
    print(f"\npeak memory of kcdfix in MiB   (goal: below {MEMORY_MIB}, and within {MEMORY_RATIO:.1f} of each other)")
    print(f"  {'computers':>60}" + "".join(f"{computers:9d}" for computers in domains) + "    ratio")
    for name in dict.fromkeys(name for name, _, _ in peaks):
        mib = [peak for computers in domains for row, n, peak in peaks if (row, n) == (name, computers)]
        met = max(mib) < MEMORY_MIB and mib[-1] <= mib[0] * MEMORY_RATIO
        print(f"  {name[:60]:60}" + "".join(f"{peak:9.1f}" for peak in mib)
              + f"{mib[-1] / mib[0]:9.2f}   -> {'met' if met else 'NOT met'}")


if __name__ == "__main__":
    {"run": run, "memory": memory}[sys.argv[1]](*sys.argv[2:])
