#!/usr/bin/python3
"""The prediction against the KDC: every mix of host, list, user and service that the directory can hold.

Runs inside the lab. For each state of the host, kcdfix checks every user against every service with the host's key;
what it predicted has to be what the KDC answered, pair by pair. What the KDC answered has to tell the cause by itself:
the class that kcdfix probe names without a directory holds an error of the check, so the only one where there is one.
Prints one line a disagreement, how often each class came, and a count at the end.
"""
import collections
import itertools
import json
import os
import subprocess
import sys

KEYTAB = os.path.join(os.environ["KCDFIX_LAB_DIR"], "keytabs", "core2016.keytab")

TRANSITION = 0x1000000
UNCONSTRAINED = 0x80000
SENSITIVE = 0x100000
HOST_BITS = {
    "Kerberos only": 0,
    "any protocol": TRANSITION,
    "unconstrained": UNCONSTRAINED,
    "any protocol, host sensitive": TRANSITION | SENSITIVE,
}

LISTS = {
    "empty": [],
    "short": ["cifs/2016GUI"],
    "FQDN": ["cifs/2016GUI.kcd.test"],
    "other case": ["CIFS/2016gui"],
    "other class": ["host/2016GUI"],
    "with realm": ["cifs/2016GUI@KCD.TEST"],
    "other service": ["cifs/SQL"],
    "everything": ["cifs/2016GUI", "cifs/2016GUI.kcd.test", "cifs/NOKEYS", "cifs/OFF", "cifs/nobody-has-this",
                   "MSSQLSvc/sql.kcd.test:1433", "HTTP/WEB", "cifs/CORE2016",
                   "Microsoft Virtual System Migration Service/HV2"],
    "everything, blanks escaped": ["cifs/2016GUI", "Microsoft Virtual System Migration Service/HV2",
                                   "Microsoft\\ Virtual\\ System\\ Migration\\ Service/HV2"],
}

SERVICES = ["cifs/2016GUI", "cifs/2016GUI.kcd.test", "CIFS/2016gui", "host/2016GUI", "cifs/NOKEYS", "cifs/OFF",
            "cifs/nobody-has-this", "MSSQLSvc/sql.kcd.test:1433", "MSSQLSvc/sql.kcd.test", "HTTP/WEB", "cifs/CORE2016",
            "Microsoft Virtual System Migration Service/HV2"]

USERS = ["alice", "bob", "carol", "nina", "paul", "dave", "erin", "gina", "hank", "lisa", "jmueller", "no-such-user"]
# Where the host's own state decides, a few kinds of user show that nothing else does.
FEW_USERS = ["alice", "bob", "carol", "gina", "no-such-user"]


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


def must(*command):
    result = run(*command)
    if result.returncode != 0:
        sys.exit(f"{command}: {result.stderr or result.stdout}")


def set_host(bits, values):
    must("ad-set", "CORE2016", "userAccountControl", str(0x1000 | bits))
    if values:
        must("ad-set", "CORE2016", "msDS-AllowedToDelegateTo", *values)
    else:
        run("ad-del", "CORE2016", "msDS-AllowedToDelegateTo")


def check(user):
    result = run("kcdfix", "check", "--json", "-k", KEYTAB, "--as", user, "CORE2016", *SERVICES)
    if result.returncode not in (0, 1):
        sys.exit(f"kcdfix check --as {user}: status {result.returncode}\n{result.stdout}{result.stderr}")
    return json.loads(result.stdout)["pairs"]


def answer(side, step):
    value = side[step]
    return (value["outcome"], value.get("forwardable") if step == "s4u2self" else None, value.get("code"))


def class_problems(pair, errors, where):
    """A pair that works has no class but the plain one; one that fails has a class that names the cause."""
    found = pair["observed"]["class"]
    if found is None:
        return [f"{where}: no class"]
    if pair["verdict"] == "works":
        return [] if found["name"] == "granted" else [f"{where}: works, class {found['name']}"]
    if not errors or set(errors) & set(found["ids"]):
        return []  # where several causes hold, the KDC shows the one that it refuses for
    return [f"{where}: the cause is {errors}, class {found['name']} names {found['ids']}"]


def compare(pair, where):
    observed = pair["observed"]
    if observed is None:
        return [f"{where}: not probed"]
    problems = []
    for step in ("s4u2self", "s4u2proxy"):
        predicted, answered = answer(pair["predicted"], step), answer(observed, step)
        if predicted != answered:
            problems.append(f"{where}: {step} predicted {predicted}, answered {answered}")
    if pair["agree"] != (not problems):
        problems.append(f"{where}: agree is {pair['agree']}")
    if not pair["predicted"]["certain"]:
        problems.append(f"{where}: the prediction is not certain")
    works = observed["s4u2proxy"]["outcome"] == "ticket"
    if (pair["verdict"] == "works") != works:
        problems.append(f"{where}: verdict {pair['verdict']}")
    errors = [f["id"] for f in pair["findings"] if f["severity"] == "error"]
    if not works and not errors:
        problems.append(f"{where}: fails and no error says why")
    problems += class_problems(pair, errors, where)
    if works and errors:
        problems.append(f"{where}: works and yet {errors}")
    return problems


def main():
    pairs = 0
    problems = []
    classes = collections.Counter()
    for (bits_name, bits), (list_name, values) in itertools.product(HOST_BITS.items(), LISTS.items()):
        set_host(bits, values)
        for user in USERS if bits in (0, TRANSITION) else FEW_USERS:
            for pair in check(user):
                where = f"{bits_name}; list {list_name}; {user}; {pair['spn']}"
                problems += compare(pair, where)
                pairs += 1
                classes[(pair["observed"] or {}).get("class", {}).get("name")] += 1
    print("\n".join(problems))
    print("\n".join(f"{count:6} {name}" for name, count in classes.most_common()))
    print(f"{pairs} pairs, {len(problems)} disagreements")
    return 1 if problems or pairs < 1000 or len(classes) < 10 else 0


sys.exit(main())
