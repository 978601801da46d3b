"""The rows of tests/bench/large.

usage: large_rows.py run COMPUTERS RUNS PEAKS     inside lab --large COMPUTERS; adds each row's peak memory to PEAKS
       large_rows.py memory PEAKS                 the same rows in different domains, side by side

To add a row, add a Row to rows(): its name, kcdfix's command, what it is compared with (a list of words, both), and the
goal for the ratio of their wall times. Their output is thrown away, whatever their status. `prepare`, where a row has
it, is called once before the row is measured. What a command writes has to be written anew by each run: `undo` is
called after each, on both sides alike, and is not measured. Where the other side does only a part of the work, `scale`
is what its times are multiplied by. The domain is described at the top of tests/lab/large.py.
"""
import dataclasses
import json
import os
import resource
import shlex
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
    undo: typing.Callable | None = None
    scale: float = 1


def kcdfix(command, *words):
    return ["kcdfix", command, "-S", os.environ["KCDFIX_DC"], *words]


def paged(search, *attributes):
    """One ldapsearch of the whole domain, in pages as large as those of kcdfix."""
    return ["ldapsearch", "-Q", "-N", "-LLL", "-Y", "GSSAPI", "-H", f"ldap://{os.environ['KCDFIX_DC']}",
            "-b", "DC=kcd,DC=test", "-E", "pr=500/noprompt", search, *attributes]


HOSTS = ("(|(&(objectCategory=computer)(|(servicePrincipalName=Microsoft Virtual System Migration Service/*)"
         "(servicePrincipalName=MSClusterVirtualServer/*)))"
         "(&(objectClass=serviceConnectionPoint)(|(cn=Microsoft Hyper-V)(cn=Windows Virtual Machine))))")


DELEGATING = ("(|(msDS-AllowedToDelegateTo=*)(msDS-AllowedToActOnBehalfOfOtherIdentity=*)"
              "(&(userAccountControl:1.2.840.113556.1.4.804:=17301504)"
              "(!(userAccountControl:1.2.840.113556.1.4.803:=8192))))")
SHOWN = ["HV0001$", "HV0050$", "UN0001$", "ST0001$"]
WITH_LISTS_OR_FLAGS = 230  # accounts of large.py that samba-tool would have to be asked for: HV, UN and ST

APPLIED = [f"HV{i:04}" for i in range(151, 651)]
SERVICES = [f"{service}/{name}" for name in ("HV0001", "HV0001.kcd.test") for service in ("cifs", "http")]


def lab_file(name):
    return f"{os.environ['KCDFIX_LAB_DIR']}/{name}"


def with_no_records_yet(command):
    """Each run as the first on its machine: the records of runs before it would be read as well."""
    return ["sh", "-c", f'XDG_STATE_HOME=$(mktemp -d "$KCDFIX_LAB_DIR/state.XXXXXX") exec {shlex.join(command)}']


def ldapmodify(ldif):
    return ["ldapmodify", "-Q", "-Y", "GSSAPI", "-H", f"ldap://{os.environ['KCDFIX_DC']}", "-f", lab_file(ldif)]


def find_delegation():
    """impacket's findDelegation.py, which reads the same lists, bits and descriptors, and neither owners nor users."""
    return ["/usr/bin/python3", "-B", f"{os.path.dirname(os.path.abspath(__file__))}/find_delegation.py"]


def declare():
    """The same entries for the same hosts as an inventory, as LDIF, and as LDIF that removes them."""
    with open(lab_file("bench.ini"), "w", encoding="ascii") as file:
        print("[bench]", "hosts =", *(f"  {host}" for host in APPLIED), "services = " + " ".join(SERVICES),
              "mode = kerberos-only", sep="\n", file=file)
    for verb in ("add", "delete"):
        with open(lab_file(f"{verb}.ldif"), "w", encoding="ascii") as file:
            for host in APPLIED:
                print(f"dn: CN={host},CN=Computers,DC=kcd,DC=test", "changetype: modify",
                      f"{verb}: msDS-AllowedToDelegateTo", *(f"msDS-AllowedToDelegateTo: {spn}" for spn in SERVICES),
                      "-", "", sep="\n", file=file)


def take_back():
    """Fails where the run that was measured did not write all of it."""
    subprocess.run(ldapmodify("delete.ldif"), stdout=subprocess.DEVNULL, check=True)


def rows():
    return [
        Row("audit --json  /  ldapsearch of the same accounts and attributes", kcdfix("audit", "--json"),
            paged(DELEGATING, "objectClass", "objectSid", "sAMAccountName", "dNSHostName", "operatingSystem",
                  "userAccountControl", "msDS-SupportedEncryptionTypes", "pwdLastSet", "lastLogonTimestamp",
                  "servicePrincipalName", "msDS-AllowedToDelegateTo", "msDS-AllowedToActOnBehalfOfOtherIdentity"), 1.3),
        Row("audit --json  /  samba-tool delegation show for each account", kcdfix("audit", "--json"),
            ["sh", "-c", 'for name; do samba-tool delegation show "$name" -H "ldap://$KCDFIX_DC" '
             "--use-kerberos=required; done", "sh", *SHOWN], 1, scale=WITH_LISTS_OR_FLAGS / len(SHOWN)),
        Row("audit --json  /  impacket findDelegation.py", kcdfix("audit", "--json"), find_delegation(), 1),
        Row("apply -f, 500 hosts of 4 entries  /  ldapmodify of the same LDIF",
            with_no_records_yet(kcdfix("apply", "-f", lab_file("bench.ini"), "--yes")), ldapmodify("add.ldif"), 1.5,
            declare, take_back),
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
        medians = measure.side_by_side(row.name, row.ours, row.theirs, int(runs), row.goal, warm=1,
                                       scale=row.scale, undo=row.undo)
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
