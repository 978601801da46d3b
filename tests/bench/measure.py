"""Times kcdfix and its alternatives in turn, A B A B ..., and prints medians and their ratios. Runs inside the lab."""
import contextlib
import json
import os
import pathlib
import re
import resource
import statistics
import subprocess
import sys

from timing import once

DC = os.environ["KCDFIX_DC"]
REALM = os.environ["KCDFIX_REALM"]
LAB = os.environ["KCDFIX_LAB_DIR"]
LIVE = pathlib.Path(__file__).resolve().parent.parent / "live"
KEYTAB = f"{LAB}/keytabs/core2016.keytab"
BASE = "DC=kcd,DC=test"

LDAPSEARCH = ["ldapsearch", "-Q", "-LLL", "-Y", "GSSAPI", "-H", f"ldap://{DC}", "-b", BASE,
              "(sAMAccountName=CORE2016$)", "userAccountControl", "msDS-AllowedToDelegateTo", "servicePrincipalName"]
PREDICT = ["kcdfix", "check", "-S", DC, "--as", "alice", "CORE2016", "cifs/2016GUI"]
PROBE = ["kcdfix", "check", "-S", DC, "-k", KEYTAB, "--as", "alice", "CORE2016", "cifs/2016GUI"]
# What a person types for the same facts: the host's TGT, both S4U exchanges, and the host's object.
BY_HAND = ["sh", "-c", f"export KRB5CCNAME=FILE:{LAB}/bench.ccache; "
           f"kinit -f -k -t {KEYTAB} 'CORE2016$@{REALM}' && "
           f"kvno -k {KEYTAB} -U alice -P cifs/2016GUI; "
           f"KRB5CCNAME=FILE:{LAB}/admin.ccache " + " ".join(f"'{word}'" for word in LDAPSEARCH)]
SAMBA_TOOL = ["samba-tool", "delegation", "show", "CORE2016$", "-H", f"ldap://{DC}", "--use-kerberos=required"]


def side_by_side(name, ours, theirs, runs, goal, warm=2, scale=1, undo=None):
    """Prints the comparison. Returns for both the medians of wall seconds, CPU seconds and peak memory (KiB). THEIRS
    does one SCALE-th of the work, and its times are multiplied by that. UNDO is called after each run, not measured."""
    results = {0: [], 1: []}
    for number in range(runs + warm):
        for side, command in enumerate((ours, theirs)):
            result = once(command)
            if undo:
                undo()
            if side == 1:
                result = (result[0] * scale, result[1] * scale, *result[2:])
            if number >= warm:  # the first ones warm the caches of both
                results[side].append(result)
    medians = [[statistics.median(row[column] for row in results[side]) for column in range(3)] for side in (0, 1)]
    pairwise = statistics.median(a[0] / b[0] for a, b in zip(results[0], results[1]))
    cpu = statistics.median(a[1] / b[1] for a, b in zip(results[0], results[1]))
    print(f"\n{name}   (goal {goal})" + (f"   times of the latter x {scale:.1f}" if scale != 1 else ""))
    print(f"  {'':34}{'wall ms':>9}{'CPU ms':>9}{'peak MiB':>10}{'status':>8}")
    for side, label in enumerate(("kcdfix", "instead")):
        wall, seconds, memory = medians[side]
        print(f"  {label + ': ' + ' '.join((ours, theirs)[side][:2])[:24]:34}{wall * 1000:9.1f}{seconds * 1000:9.1f}"
              f"{memory / 1024:10.1f}{results[side][-1][3]:8d}")
    verdict = "met" if pairwise <= goal else "NOT met"
    print(f"  ratio (median of pairs)  wall {pairwise:.2f}   CPU {cpu:.2f}   -> {verdict}", flush=True)
    return medians


def messages(command):
    text = subprocess.run(command + ["-vv"], capture_output=True, text=True, check=False).stderr
    found = re.findall(r"kcdfix: (\d+ [^\n]*requests[^\n]*)", text)
    return "; ".join(found) or "no count was printed"


def make_healthy():
    """The probe's goal is for a pair that works: one that fails is asked more, so that the reason is told."""
    subprocess.run(["ad-set", "CORE2016", "userAccountControl", "16781312"], check=True)


MIGRATION = "Microsoft Virtual System Migration Service"
MESH = [f"M{number:02}" for number in range(1, 25)]
TO_FIRST = "cifs/M01"


def both(service, name):
    return [f"{service}/{name}", f"{service}/{name}.kcd.test"]


def plant_mesh():
    """24 hosts that may all migrate machines to each other: 552 directions of 4 services."""
    needs = {name: both(MIGRATION, name) + both("cifs", name) for name in MESH}
    hosts = [{"name": name, "uac": 0x1000000, "keytab": True, "spns": both("HOST", name) + both(MIGRATION, name),
              "delegate_to": [spn for other in MESH if other != name for spn in needs[other]]} for name in MESH]
    subprocess.run(["ad-plant"], input=json.dumps(hosts), text=True, check=True)


def mesh_keytab():
    """The keys of all of them in one file: a keytab is two bytes that say so, and entries."""
    files = [pathlib.Path(LAB, "keytabs", f"{name.lower()}.keytab").read_bytes() for name in MESH]
    path = pathlib.Path(LAB, "mesh.keytab")
    path.write_bytes(files[0][:2] + b"".join(file[2:] for file in files))
    return str(path)


def relay(program, *arguments):
    process = subprocess.Popen(["/usr/bin/python3", LIVE / program, *arguments], stdout=subprocess.PIPE)
    process.stdout.readline()
    return process


@contextlib.contextmanager
def far_kdc(milliseconds):
    """Meanwhile each answer of the KDC is held back so long, and LDAP is as near as ever."""
    hosts = pathlib.Path("/etc/hosts")
    near = hosts.read_text(encoding="ascii")
    relays = [relay("relay.py", "127.0.0.20:389", "127.0.0.10:389"),
              relay("crowd.py", "127.0.0.20:88", "127.0.0.10:88", str(milliseconds), f"{LAB}/crowd")]
    hosts.write_text(near.replace("127.0.0.10 ", "127.0.0.20 "), encoding="ascii")
    try:
        yield
    finally:
        hosts.write_text(near, encoding="ascii")
        for process in relays:
            process.terminate()
            process.wait()


def probes_far_away(runs):
    """All but the first of the mesh, to a service of the first; what it is beside asks for one after the other, in as
    many checks of one."""
    command = ["kcdfix", "check", "-S", DC, "-k", mesh_keytab(), "--as", "alice"]
    with far_kdc(30):
        side_by_side("check -k, 23 hosts, KDC 30 ms away  /  check -k of one of them", [*command, *MESH[1:], TO_FIRST],
                     [*command, MESH[1], TO_FIRST], runs, 0.25, scale=len(MESH) - 1)


def main():
    runs = max(20, int(sys.argv[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    subprocess.run(PREDICT, stdout=subprocess.DEVNULL, check=False)  # fetches the ldap/ ticket, as ldapsearch would
    print(f"{runs} runs each, in turn, against {DC} (Samba on this machine)")
    side_by_side("check, predicted  /  one ldapsearch of the host", PREDICT, LDAPSEARCH, runs, 1.5)
    print(f"\nmessages, a pair that fails, probed: {messages(PROBE)}")
    make_healthy()
    side_by_side("check -k, probed, healthy  /  kinit -k + kvno -U -P + that ldapsearch", PROBE, BY_HAND, runs, 0.8)
    side_by_side("check, predicted  /  samba-tool delegation show", PREDICT, SAMBA_TOOL, runs, 0.15)
    plant_mesh()
    mesh = ["kcdfix", "check", "-S", DC, "--as", "alice", "--for", "live-migration", *MESH]
    one_host = ["kcdfix", "check", "-S", DC, "--as", "alice", MESH[0]]
    side_by_side("check --for live-migration, 24 hosts, 2208 pairs  /  check of one of them, 92 pairs", mesh, one_host,
                 runs, 3)
    print(f"\nmessages, 24 hosts: {messages(mesh)}")
    print(f"\nmessages, predicted: {messages(PREDICT)}")
    print(f"messages, probed:    {messages(PROBE)}")
    probes_far_away(runs)


if __name__ == "__main__":
    main()
