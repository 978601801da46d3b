#!/usr/bin/python3
"""kcdfix audit against an independent reading of the same domain, with the libraries of Samba.

usage: audited.py plant          prints the accounts for ad-plant: one delegation of each kind
       audited.py plant-many     prints more of them than are read at once, which list nothing
       audited.py compare FILE   FILE is the JSON of the audit; ends with 1 and the difference where they are not equal
"""
import json
import os
import re
import sys

from samba.credentials import MUST_USE_KERBEROS, Credentials
from samba.dcerpc import security
from samba.ndr import ndr_unpack
from samba.param import LoadParm
from samba.samdb import SamDB

UNCONSTRAINED, TRANSITION, DC = 0x80000, 0x1000000, 0x2000
MIGRATION = "Microsoft Virtual System Migration Service"
LONG_AGO = 132223104000000000  # 2020-01-01 as a Windows file time
LIST = "msDS-AllowedToDelegateTo"
RBCD = "msDS-AllowedToActOnBehalfOfOtherIdentity"


def both(service, name):
    return [f"{service}/{name}", f"{service}/{name}.kcd.test"]


PLANTED = [
    {"name": "AUHV1", "uac": TRANSITION, "spns": both("HOST", "AUHV1") + both(MIGRATION, "AUHV1"),
     "delegate_to": ["cifs/dc1", "cifs/OLDFS", *both("cifs", "AUFS1")]},
    {"name": "AUHV2", "spns": both("HOST", "AUHV2") + both(MIGRATION, "AUHV2"),
     "delegate_to": [f"{MIGRATION}/AUHV1", "cifs/OLDFS"]},
    {"name": "AUWEB", "uac": UNCONSTRAINED},
    {"name": "AUOFF", "uac": TRANSITION | 2, "delegate_to": ["cifs/dc1"]},
    {"name": "AUFS1", "attributes": {"msDS-SupportedEncryptionTypes": ["4"]}, "rbcd": "O:BAD:(A;;0xf01ff;;;{AUHV2$})"},
    {"name": "AUFS2", "rbcd": "O:BAD:(A;;0xf01ff;;;WD)(A;;0xf01ff;;;{RID:900001})"},
    {"name": "AUFS3", "rbcd": "base64:AQIDBA=="},
    {"name": "AUGONE", "uac": 2},
    {"name": "AUIDLE", "attributes": {"pwdLastSet": 0, "lastLogonTimestamp": LONG_AGO}},
    {"name": "AUMISC", "uac": TRANSITION,
     "delegate_to": ["cifs/AUGONE", "cifs/AUIDLE", "http/AUDUP", "cifs/AUFS1@KCD.TEST", "krbtgt/KCD.TEST",
                     "cifs/AUSSO", "AUFS1$"]},
    {"name": "AZUREADSSOACC", "spns": both("HOST", "AUSSO")},
    {"name": "AUDUP1", "spns": ["host/AUDUP"]},
    {"name": "AUDUP2", "spns": ["HOST/AUDUP2"], "attributes": {"servicePrincipalName": ["http/AUDUP"]}},
    {"name": "AUCNO", "spns": both("HOST", "AUCNO") + both("MSClusterVirtualServer", "AUCNO"),
     "delegate_to": ["cifs/AUFS1"]},
    {"kind": "user", "name": "ausvc", "uac": TRANSITION, "attributes": {LIST: ["cifs/AUFS1"]}},
    {"kind": "user", "name": "aubit", "uac": TRANSITION},
    {"kind": "user", "name": "aunested", "member_of": ["AUinner"]},
    {"kind": "user", "name": "ausafe", "uac": 0x100000, "member_of": [512]},
    {"kind": "user", "name": "aucount", "attributes": {"adminCount": 1}},
]

MANY = [{"name": f"AP{i:03d}", "uac": UNCONSTRAINED, "keys": False} for i in range(1, 921)]


def open_database():
    lp = LoadParm()
    lp.load_default()
    credentials = Credentials()
    credentials.guess(lp)
    credentials.set_kerberos_state(MUST_USE_KERBEROS)
    return SamDB(url="ldap://" + os.environ["KCDFIX_DC"], credentials=credentials, lp=lp)


def trustees(blob):
    """The SIDs that a descriptor lets in; [None] where it is none."""
    try:
        descriptor = ndr_unpack(security.descriptor, blob)
    except RuntimeError:
        return [None]
    return [str(ace.trustee) for ace in descriptor.dacl.aces if ace.type == 0 and ace.access_mask & 0x100]


def expected(db):
    """Every edge as (type, DN or SID of the source, SPN, DN of the resource)."""
    edges = set()
    found = db.search(expression="(objectClass=user)", attrs=["userAccountControl", LIST, RBCD])
    for entry in found:
        dn, uac = str(entry.dn), int(str(entry["userAccountControl"]))
        listed = [str(value) for value in entry.get(LIST, [])]
        edges |= {("constrained", dn, spn, None) for spn in listed}
        if uac & TRANSITION and not listed:
            edges.add(("constrained", dn, None, None))
        if uac & UNCONSTRAINED and not uac & DC:
            edges.add(("unconstrained", dn, None, None))
        for blob in entry.get(RBCD, []):
            edges |= {("resource-based", sid, None, dn) for sid in trustees(blob)}
    return edges


def reported(document):
    edges = set()
    for edge in document["edges"]:
        by_resource = edge["type"] == "resource-based"
        edges.add((edge["type"], edge["source_sid" if by_resource else "source_dn"], edge["spn"],
                   edge["target_dn"] if by_resource else None))
    return edges


def holders(db, spn):
    """Accounts that hold the name, or host/ of it."""
    names = {spn.lower(), re.sub("^[^/]*", "host", spn).lower()}
    found = db.search(expression="(servicePrincipalName=*)", attrs=["servicePrincipalName", "sAMAccountName"])
    return {str(entry["sAMAccountName"]) for entry in found
            if names & {str(value).lower() for value in entry["servicePrincipalName"]}}


def compare(path):
    db, document = open_database(), json.load(open(path))
    wanted, got = expected(db), reported(document)
    for edge in sorted(wanted ^ got, key=str):
        print("missing" if edge in wanted else "not there", edge)
    wrong = wanted != got or document["counts"]["edges"] != len(document["edges"])
    for edge in document["edges"]:
        spn = edge["spn"]
        if edge["type"] != "constrained" or spn is None or "/" not in spn or "@" in spn:
            continue
        if spn.split("/")[0] in ("cifs", "http") and set(edge["owners"]) != holders(db, spn):
            print("owners", spn, edge["owners"], holders(db, spn))
            wrong = True
    print(len(got), "edges")
    sys.exit(wrong)


if __name__ == "__main__":
    if sys.argv[1] == "plant":
        print(json.dumps(PLANTED))
    elif sys.argv[1] == "plant-many":
        print(json.dumps(MANY))
    else:
        compare(sys.argv[2])
