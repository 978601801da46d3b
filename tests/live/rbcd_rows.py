#!/usr/bin/python3
"""The rows 41 to 55 of the observed fixtures, and the other forms of a descriptor, on the DC of the lab.

Runs inside the lab. Each state is planted, kcdfix checks it with the host's key, and three things have to hold: what
was predicted is what the KDC answered, the KDC answered what the row says, and the planted cause is among the findings.
"""
import base64
import json
import os
import subprocess
import sys

LAB = os.environ["KCDFIX_LAB_DIR"]
KEYTAB = os.path.join(LAB, "keytabs", "web.keytab")
OLD = os.environ["KCDFIX_LAB_FLAVOUR"] == "samba-heimdal-4.17"
ATTRIBUTE = "msDS-AllowedToActOnBehalfOfOtherIdentity"
TRANSITION = 0x1000000

EMPTY, OTHER, MATCH = [], ["cifs/2016GUI"], ["cifs/SQL"]
FULL = "O:BAD:(A;;0xf01ff;;;{WEB$})"

# name, list, transition, user, target, descriptor, S4U2Self forwardable, S4U2Proxy on 4.17 and on 4.22, a finding that
# names the cause on 4.22 (None: it works, and no error may stand). 0: a ticket.
ROWS = [
    ("41 empty list, no transition", EMPTY, False, "alice", "cifs/SQL", FULL, False, 13, 13,
     "rbcd-needs-transition-on-samba"),
    ("42 empty list, transition", EMPTY, True, "alice", "cifs/SQL", FULL, True, 13, 0, None),
    ("44 another entry, no transition", OTHER, False, "alice", "cifs/SQL", FULL, False, 13, 13, "list-breaks-rbcd"),
    ("45 another entry, transition", OTHER, True, "alice", "cifs/SQL", FULL, True, 13, 0, None),
    ("46 protected user", OTHER, True, "carol", "cifs/SQL", FULL, True, 13, 0, None),
    ("46 sensitive user", OTHER, True, "bob", "cifs/SQL", FULL, False, 13, 13, "user-sensitive"),
    ("47 another class", OTHER, True, "alice", "host/SQL", FULL, True, 13, 0, None),
    ("47 another name with a port", OTHER, True, "alice", "MSSQLSvc/sql.kcd.test:1433", FULL, True, 13, 0, None),
    ("51 the right alone", EMPTY, True, "alice", "cifs/SQL", "O:BAD:(A;;CR;;;{WEB$})", True, 13, 0, None),
    ("52 the raw generic bit", EMPTY, True, "alice", "cifs/SQL", "O:BAD:(A;;0x10000000;;;{WEB$})", True, 13, 13,
     "rbcd-ace-mask"),
    ("52 read and write property", EMPTY, True, "alice", "cifs/SQL", "O:BAD:(A;;0x30;;;{WEB$})", True, 13, 13,
     "rbcd-ace-mask"),
    ("53 deny then allow", EMPTY, True, "alice", "cifs/SQL", "O:BAD:(D;;CR;;;{WEB$})(A;;CR;;;{WEB$})", True, 13, 13,
     "rbcd-ace-dead"),
    ("53 allow then deny", EMPTY, True, "alice", "cifs/SQL", "O:BAD:(A;;CR;;;{WEB$})(D;;CR;;;{WEB$})", True, 13, 0,
     None),
    ("54 inherit-only", EMPTY, True, "alice", "cifs/SQL", "O:BAD:(A;CIIO;CR;;;{WEB$})", True, 13, 13, "rbcd-ace-dead"),
    ("55 Domain Computers", EMPTY, True, "alice", "cifs/SQL", "O:BAD:(A;;CR;;;DC)", True, 13, 0, None),
    ("55 Authenticated Users", EMPTY, True, "alice", "cifs/SQL", "O:BAD:(A;;CR;;;AU)", True, 13, 0, None),
    ("Everyone", EMPTY, True, "alice", "cifs/SQL", "O:BAD:(A;;CR;;;WD)", True, 13, 0, None),
    ("a group is denied", EMPTY, True, "alice", "cifs/SQL", "O:BAD:(D;;CR;;;DC)(A;;CR;;;{WEB$})", True, 13, 13,
     "rbcd-ace-dead"),
    ("nobody's SID", EMPTY, True, "alice", "cifs/SQL", "O:BAD:(A;;0xf01ff;;;S-1-5-{domain}-999999)", True, 13, 13,
     "rbcd-ace-dead"),
    ("another host", EMPTY, True, "alice", "cifs/SQL", "O:BAD:(A;;0xf01ff;;;{HV1$})", True, 13, 13, "list-empty"),
    ("no entries", EMPTY, True, "alice", "cifs/SQL", "O:BAD:", True, 13, 13, "list-empty"),
    ("no DACL", EMPTY, True, "alice", "cifs/SQL", "O:BA", True, 13, 13, "rbcd-ace-dead"),
    ("no descriptor at all, but bytes", EMPTY, True, "alice", "cifs/SQL", "base64:AQ==", True, 13, 13, "rbcd-ace-dead"),
    ("no descriptor", EMPTY, True, "alice", "cifs/SQL", None, True, 13, 13, "list-empty"),
    ("both", MATCH, True, "alice", "cifs/SQL", FULL, True, 0, 0, None),
    ("both, Kerberos only", MATCH, False, "alice", "cifs/SQL", FULL, False, 13, 13, "list-breaks-rbcd"),
]
BESIDE = {"both": "kcd-and-rbcd-both"}  # a warning that 4.22 is to give beside a ticket


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


def must(*command):
    result = run(*command)
    if result.returncode != 0:
        sys.exit(f"{command}: {result.stderr or result.stdout}")
    return result.stdout


def plant(values, transition, descriptor, domain):
    must("ad-set", "WEB", "userAccountControl", str(0x1000 | (TRANSITION if transition else 0)))
    if values:
        must("ad-set", "WEB", "msDS-AllowedToDelegateTo", *values)
    else:
        run("ad-del", "WEB", "msDS-AllowedToDelegateTo")
    value = [] if descriptor is None else [descriptor.replace("{domain}", domain)]
    must("ad-local-set", "SQL$", ATTRIBUTE, *value)


def code(answer):
    return 0 if answer["outcome"] == "ticket" else answer.get("code")


def judge(row, pair):
    name, _, _, _, _, _, forwardable, on_417, on_422, finding = row
    observed, predicted = pair["observed"], pair["predicted"]
    wanted = on_417 if OLD else on_422
    errors = [f["id"] for f in pair["findings"] if f["severity"] == "error"]
    named = [f["id"] for f in pair["findings"]]
    problems = []
    if not pair["agree"]:
        problems.append(f"predicted {predicted['s4u2self']} {predicted['s4u2proxy']}, "
                        f"answered {observed['s4u2self']} {observed['s4u2proxy']}")
    if code(observed["s4u2proxy"]) != wanted:
        problems.append(f"the KDC answered {observed['s4u2proxy']}, the row says {wanted}")
    if observed["s4u2self"].get("forwardable") != forwardable:
        problems.append(f"S4U2Self {observed['s4u2self']}")
    if wanted == 0 and errors:
        problems.append(f"works and yet {errors}")
    if wanted != 0 and not errors:
        problems.append("fails and no error says why")
    if not OLD and finding is not None and finding not in named:
        problems.append(f"{finding} is not among {named}")
    if not OLD and name in BESIDE and BESIDE[name] not in named:
        problems.append(f"{BESIDE[name]} is not among {named}")
    if OLD and on_422 == 0 and wanted != 0 and "rbcd-unsupported-samba-417" not in named:
        problems.append(f"rbcd-unsupported-samba-417 is not among {named}")
    return [f"{name}: {problem}" for problem in problems]


def check(row):
    result = run("kcdfix", "check", "--json", "-k", KEYTAB, "--as", row[3], "WEB", row[4])
    if result.returncode not in (0, 1):
        sys.exit(f"{row[0]}: status {result.returncode}\n{result.stdout}{result.stderr}")
    return json.loads(result.stdout)["pairs"][0]


def domain_sid():
    """The numbers behind S-1-5, "21-1-2-3"."""
    found = must("ldapsearch", "-LLLQ", "-Y", "GSSAPI", "-H", f"ldap://{os.environ['KCDFIX_DC']}",
                 "-b", "DC=kcd,DC=test", "-s", "base", "objectSid")
    raw = base64.b64decode(found.split("objectSid:: ")[1].split()[0])
    return "-".join(str(int.from_bytes(raw[8 + 4 * i:12 + 4 * i], "little")) for i in range(raw[1]))


def main():
    domain = domain_sid()
    problems = []
    for row in ROWS:
        plant(row[1], row[2], row[5], domain)
        problems += judge(row, check(row))
    print("\n".join(problems))
    print(f"{len(ROWS)} rows, {len(problems)} problems")
    return 1 if problems else 0


sys.exit(main())
