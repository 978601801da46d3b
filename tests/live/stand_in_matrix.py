#!/usr/bin/python3 -B
"""What a stand-in is answered against what its host is answered, over the states of the directory that bear on it.

Runs inside the lab. Every host below is asked about every service, on behalf of every user, twice: with the keys of the
hosts, and through stand-ins (one serves all the services of its host). Where kcdfix says that a stand-in covers the
pair, both have to get the same answers. Where it says that it does not, that has to be for a reason which is allowed to
be one, the report has to name it, and the verdict has to be the predicted one. The verdict and the errors are those of
the run with the keys in every pair. A host that never had a password has no key to compare with, and is never covered.
Prints a line for each disagreement, how many pairs were covered and not, and why, and how often the KDC gave which
answers.
"""
import collections
import concurrent.futures
import itertools
import json
import os
import re
import subprocess
import sys

from planted import (DISABLED, DOMAIN, LONG_AGO, PROTECTED_USERS, SAMBA_417, SENSITIVE, TRANSITION, UNCONSTRAINED,
                     WORKSTATION)

LAB = os.environ["KCDFIX_LAB_DIR"]
OLD = os.environ["KCDFIX_LAB_FLAVOUR"] == SAMBA_417
DES_ONLY = 0x200000
NO_AUTH_DATA = 0x2000000
USERS = ["alice", "bob", "carol", "dave", "no-such-user"]  # plain, sensitive, protected, disabled, unknown
GROUP = "STANDGROUP"
POLICIES = "CN=AuthN Policies,CN=AuthN Policy Configuration,CN=Services,CN=Configuration,DC=kcd,DC=test"
# Samba 4.17 has no place for policies and asks for none, but has the attribute that names one.
POLICY = "CN=Users,DC=kcd,DC=test" if OLD else f"CN=stand,{POLICIES}"
AT_ONCE = 2

# ---- What is planted ----


def both(service, name):
    return [f"{service}/{name}", f"{service}/{name}.{DOMAIN}"]


TARGETS = ["SPLAIN", "SOFF", "SNOKEYS", "STWICE", "SSENS", "SNOPAC", "SDES", "SGRANT", "SGROUP", "SDENY", "SALL"]
MATCH = [entry for name in TARGETS for entry in both("cifs", name)] + ["cifs/nobody-has-this"]
LISTS = {
    "none": [],
    "match": MATCH,
    "other": ["cifs/SQL", f"MSSQLSvc/sql.{DOMAIN}:1433"],
    "short only": [f"cifs/{name}" for name in TARGETS],
    "mapped class": [entry for name in TARGETS for entry in both("HOST", name)],
    "case": [f"CIFS/{name.lower()}" for name in TARGETS],
}
BITS = {"Kerberos only": 0, "any protocol": TRANSITION, "unconstrained": UNCONSTRAINED,
        "both": TRANSITION | UNCONSTRAINED}
BASES = ["match", "none"]
# Beside the bits and the list: options of ad-plant, and the kind that may be uncovered. What would hide the keys from
# their export is written behind it, as "later".
STATES = {
    "sensitive": ({"uac": SENSITIVE}, None),
    "DES only": ({"later": {"userAccountControl": DES_ONLY}}, None),
    "no PAC wanted": ({"uac": NO_AUTH_DATA}, None),
    "disabled": ({"uac": DISABLED}, None),
    "AES": ({"attributes": {"msDS-SupportedEncryptionTypes": 24}}, None),
    "RC4": ({"attributes": {"msDS-SupportedEncryptionTypes": 4}}, None),
    "DES types": ({"later": {"msDS-SupportedEncryptionTypes": 3}}, None),
    "FAST alone": ({"later": {"msDS-SupportedEncryptionTypes": 0x10000}}, None),
    "expired": ({"attributes": {"accountExpires": LONG_AGO}}, None),
    "password of never": ({"attributes": {"pwdLastSet": 0}}, None),
    "no SPN": ({"spns": []}, None),
    "protected": ({"member_of": [PROTECTED_USERS]}, "Protected Users"),
    "protected by a group": ({"member_of": ["nested"]}, "Protected Users"),
    "locked": ({"attributes": {"lockoutTime": "now"}}, None),  # which no computer ever is
    "under a policy": ({"attributes": {"msDS-AssignedAuthNPolicy": POLICY}}, "policy"),
    "no keys": ({"keys": False}, "no keys"),
    "in the group": ({"member_of": [GROUP]}, None),
}
# The sentence by which a report names a kind.
WORDS = {"Protected Users": "is in Protected Users", "policy": "an authentication policy",
         "no keys": "never had a password", "resource-based": "resource-based"}
LEAST_COVERED = 500
LEAST_UNCOVERED = {"Protected Users": 20, "policy": 20, "no keys": 20, "resource-based": 0 if OLD else 20}


class Host:
    def __init__(self, number, what, kind, options):
        self.name = f"SH{number}"
        self.what = what
        self.kind = kind
        self.later = options.pop("later", {})
        self.account = {"name": self.name, **options, "keytab": options.get("keys", True)}

    def later_ldif(self):
        lines = [f"dn: CN={self.name},CN=Computers,DC=kcd,DC=test", "changetype: modify"]
        for attribute, value in self.later.items():
            bits = WORKSTATION | self.account["uac"] if attribute == "userAccountControl" else 0
            lines += [f"replace: {attribute}", f"{attribute}: {value | bits}", "-"]
        return "\n".join(lines) + "\n\n"


def make_hosts():
    """Every list under the bits that are asked for; the others, and every other state, with a list and without."""
    states = {"": ({}, None), **STATES}
    mixes = [*((bits, entries, "") for bits in ("Kerberos only", "any protocol") for entries in LISTS),
             *((bits, entries, "") for bits in ("unconstrained", "both") for entries in BASES),
             *(("any protocol", entries, state) for state in STATES for entries in BASES)]
    made = []
    for bits, entries, state in mixes:
        options, kind = states[state]
        uac = options.get("uac", 0) | BITS[bits]
        made.append((f"{bits}; list {entries}; {state}", kind, {**options, "uac": uac, "delegate_to": LISTS[entries]}))
    return [Host(number, *parts) for number, parts in enumerate(made)]


def make_targets(hosts):
    """One of each kind. SGRANT and SDENY name every host, SGROUP a group of some, SALL all computers."""
    names = [f"{{{host.name}$}}" for host in hosts]
    named = "".join(f"(A;;0xf01ff;;;{name})" for name in names)
    denied = "".join(f"(D;;CR;;;{name})" for name in names)
    return [
        {"name": "SPLAIN"},
        {"name": "SOFF", "uac": DISABLED},
        {"name": "SNOKEYS", "keys": False},
        # One by registration, one by birth: the directory refuses any other double.
        {"name": "STWICE", "spns": []},
        {"name": "STWICE2", "spns": both("HOST", "STWICE")},
        {"name": "SSENS", "uac": SENSITIVE},
        {"name": "SNOPAC", "uac": NO_AUTH_DATA},
        {"name": "SDES", "uac": DES_ONLY},
        {"name": "SGRANT", "rbcd": f"O:BAD:{named}"},
        {"name": "SGROUP", "rbcd": f"O:BAD:(A;;0xf01ff;;;{{{GROUP}}})"},
        {"name": "SDENY", "rbcd": f"O:BAD:{denied}(A;;0xf01ff;;;DC)"},
        {"name": "SALL", "rbcd": "O:BAD:(A;;0xf01ff;;;DC)"},
    ]


SERVICES = [f"cifs/{name}" for name in TARGETS] + [f"cifs/SPLAIN.{DOMAIN}", "host/SPLAIN", "cifs/nobody-has-this"]
RESOURCE_BASED = {"cifs/SGRANT", "cifs/SGROUP", "cifs/SDENY", "cifs/SALL"}


def modify(ldif):
    subprocess.run(["ldapmodify", "-Q", "-Y", "GSSAPI", "-N", "-H", f"ldap://{os.environ['KCDFIX_DC']}"], input=ldif,
                   text=True, check=True, stdout=subprocess.DEVNULL)


def plant(hosts):
    if not OLD:
        modify(f"dn: {POLICY}\nchangetype: add\nobjectClass: msDS-AuthNPolicy\nmsDS-AuthNPolicyEnforced: FALSE\n")
    founder = {"name": "SFOUNDER", "group": GROUP}
    accounts = [founder, *(host.account for host in hosts), *make_targets(hosts)]
    subprocess.run(["ad-plant"], input=json.dumps(accounts), text=True, check=True)
    modify("".join(host.later_ldif() for host in hosts if host.later))


def join_keytabs(hosts):
    """One file with the keys of all: each begins with two bytes of version."""
    path = os.path.join(LAB, "stand_in_matrix.keytab")
    with open(path, "wb") as joined:
        joined.write(b"\x05\x02")
        for host in hosts:
            if host.account["keytab"]:
                with open(os.path.join(LAB, "keytabs", f"{host.name.lower()}.keytab"), "rb") as keytab:
                    joined.write(keytab.read()[2:])
    return path


# ---- What is asked ----


def check(user, hosts, *by):
    command = ["kcdfix", "check", "--json", *by, "--as", user, *(host.name for host in hosts), *SERVICES]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1, 3):
        sys.exit(f"kcdfix check {by} --as {user}: status {done.returncode}\n{done.stderr}")
    document = json.loads(done.stdout)
    # A host with keys of DES alone gets no TGT, and so no answer is an answer.
    errors_of_others = [error for error in document["errors"] if error["code"]["name"] != "KRB5KDC_ERR_ETYPE_NOSUPP"]
    if errors_of_others:
        sys.exit("\n".join(f"kcdfix check {by} --as {user}: {error}" for error in errors_of_others))
    return document


def ask(user, hosts, keytab):
    """[(host, pair with the key or None, pair through the stand-in)] for one user."""
    with_key = [host for host in hosts if host.account["keytab"]]
    by_key = {(pair["host"], pair["spn"]): pair for pair in check(user, with_key, "-k", keytab)["pairs"]}
    document = check(user, hosts, "--stand-in")
    left = [entry["name"] for entry in document["stand_ins"] if entry["end"] != "deleted"]
    if left or len(document["stand_ins"]) != len(hosts):
        sys.exit(f"{user}: {len(document['stand_ins'])} stand-ins for {len(hosts)} hosts, left {left}")
    by_name = {f"{host.name}$": host for host in hosts}
    return [(by_name[pair["host"]], by_key.get((pair["host"], pair["spn"])), pair) for pair in document["pairs"]]


# ---- What has to hold ----


def answers(observed):
    """To the request for its own TGT, to S4U2Self and to S4U2Proxy, in words."""
    steps = [observed["exchanges"][0]["answer"], observed["s4u2self"], observed["s4u2proxy"]]
    return " ".join(f"{step['code']}" if step["outcome"] == "error" else
                    f"{step['outcome']}{'' if step.get('forwardable') in (True, None) else ' not forwardable'}"
                    for step in steps)


def class_of(observed):
    return (observed["class"] or {}).get("name")


def errors(pair):
    return [finding["id"] for finding in pair["findings"] if finding["severity"] == "error"]


def allowed_kinds(host, pair):
    kinds = {host.kind} if host.kind else set()
    return kinds | {"resource-based"} if pair["spn"] in RESOURCE_BASED else kinds


def uncovered_problems(host, pair):
    kinds = allowed_kinds(host, pair)
    said = pair["observed"]["stand_in"]["limits"]
    problems = []
    if not kinds:
        problems.append(f"not covered: {said}")
    if not any(WORDS[kind] in sentence and not sentence.endswith("makes no difference")
               for kind in kinds for sentence in said):
        problems.append(f"not covered for {kinds}, and said is {said}")
    if pair["observed"]["class"] is not None:
        problems.append(f"not covered, and yet the class {class_of(pair['observed'])}")
    works = pair["predicted"]["s4u2proxy"]["outcome"] == "ticket"
    if pair["verdict"] != ("works" if works else "fails"):
        problems.append(f"not covered, and the verdict {pair['verdict']} is not the predicted one")
    return problems


def covered_problems(host, key, pair):
    problems = []
    if key is None:
        return ["covered, and there is no key"]
    if host.kind in ("policy", "no keys"):
        problems.append(f"covered in spite of {host.kind}")
    for sentence in pair["observed"]["stand_in"]["limits"]:
        if not re.search("makes no difference$", sentence):
            problems.append(f"covered, and yet {sentence}")
    if answers(key["observed"]) != answers(pair["observed"]):
        problems.append(f"the key gets {answers(key['observed'])}, the stand-in {answers(pair['observed'])}")
    said = pair["observed"]["stand_in"]["limits"]
    if class_of(pair["observed"]) != (None if said else class_of(key["observed"])):
        problems.append(f"the class is {class_of(key['observed'])}, of the stand-in {class_of(pair['observed'])}")
    return problems


def compare(host, key, pair):
    observed = pair["observed"]
    if observed is None or observed["by"] != "stand-in" or observed["stand_in"] is None:
        return [f"not asked through a stand-in: {observed}"]
    problems = (covered_problems(host, key, pair) if observed["stand_in"]["covers"] else uncovered_problems(host, pair))
    if not pair["agree"]:
        problems.append("prediction and answer do not agree")
    if key is None:
        return problems
    if (key["verdict"], errors(key)) != (pair["verdict"], errors(pair)):
        problems.append(f"with the key {key['verdict']} {errors(key)}, else {pair['verdict']} {errors(pair)}")
    return problems


class Count:
    def __init__(self):
        self.pairs = self.covered = 0
        self.uncovered = collections.Counter()
        self.answers = collections.Counter()

    def add(self, host, pair):
        self.pairs += 1
        self.answers[answers(pair["observed"])] += 1
        if pair["observed"]["stand_in"]["covers"]:
            self.covered += 1
        else:
            said = " ".join(pair["observed"]["stand_in"]["limits"])
            self.uncovered.update(kind for kind in allowed_kinds(host, pair) if WORDS[kind] in said)

    def problems(self):
        few = [f"only {self.uncovered[kind]} uncovered pairs of the kind {kind}"
               for kind, least in LEAST_UNCOVERED.items() if self.uncovered[kind] < least]
        return few + ([f"only {self.covered} covered pairs"] if self.covered < LEAST_COVERED else [])

    def show(self):
        for words, times in self.answers.most_common():
            print(f"{times:6}  {words}")
        for kind, times in self.uncovered.most_common():
            print(f"{times:6}  not covered: {kind}")


def main():
    hosts = make_hosts()
    plant(hosts)
    keytab = join_keytabs(hosts)
    count, problems = Count(), []
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for user, asked in zip(USERS, pool.map(lambda user: ask(user, hosts, keytab), USERS)):
            for host, key, pair in asked:
                problems += [f"{host.what}; {user}; {pair['spn']}: {text}" for text in compare(host, key, pair)]
                count.add(host, pair)
    problems += count.problems()
    print("\n".join(problems))
    count.show()
    print(f"{count.pairs} pairs, {count.covered} covered, {len(problems)} disagreements")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
