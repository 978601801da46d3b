#!/usr/bin/python3
"""Many accounts at once, in the database of a DC; the DC may run meanwhile.

usage: plant.py SMB_CONF PASSWORD_DIR KEYTAB_DIR <ACCOUNTS

ACCOUNTS is a JSON list of objects. `name` is the sAMAccountName without its $; with `"kind": "user"` it is a user, else
a computer, and the rest are the options of add_user or add_computer in populate.py, and these:
  attributes  written after the account is there; a value or a list; "now" is the present time
  member_of   groups, by RID or by name
  group       a new group with this account as its one member
  rbcd        the resource-based entries, as SDDL in which {NAME} is the SID of that account, or base64:...
  points      names of service connection points below it, such as "Microsoft Hyper-V"
  keytab      whether its keys go to KEYTAB_DIR/NAME.keytab (lower case)
"""

import json
import os
import sys
import time

import ldb

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import localdb  # noqa: E402
import populate  # noqa: E402

LATER = ("attributes", "member_of", "group", "rbcd", "keytab", "points")
RBCD = "msDS-AllowedToActOnBehalfOfOtherIdentity"
SECONDS_1601_TO_1970 = 11644473600


def file_time_now():
    return int((time.time() + SECONDS_1601_TO_1970) * 10_000_000)


def replace(domain, dn, attribute, values):
    message = ldb.Message(dn)
    message["values"] = ldb.MessageElement(values, ldb.FLAG_MOD_REPLACE, attribute)
    domain.db.modify(message, controls=["relax:0"])


def add(domain, account):
    """Everything that needs no other new account. Returns what is left to do: a DN and the rest of the options."""
    options = dict(account)
    name, kind = options.pop("name"), options.pop("kind", "computer")
    rest = {key: options.pop(key) for key in LATER if key in options}
    if kind == "user":
        domain.add_user(name, **options)
        dn = domain.dn(name, "CN=Users")
    else:
        domain.add_computer(name, **options)
        dn = domain.dn(name, options.get("parent", "CN=Computers"))
    domain.join(dn, rest.get("member_of", ()))
    if "group" in rest:
        domain.add_group(rest["group"], [])
        domain.join(dn, [rest["group"]])
    return dn, rest


def finish(domain, dn, rest):
    for attribute, value in rest.get("attributes", {}).items():
        values = value if isinstance(value, list) else [str(file_time_now() if value == "now" else value)]
        replace(domain, dn, attribute, values)
    for name in rest.get("points", ()):
        point = ldb.Dn(domain.db, f"CN=placeholder,{dn}")
        point.set_component(0, "CN", name)
        domain.add(point, {"objectClass": "serviceConnectionPoint"})
    if "rbcd" in rest:
        replace(domain, dn, RBCD, localdb.encode(domain.db, RBCD, rest["rbcd"]))


def main():
    domain = populate.Domain(*sys.argv[1:])
    accounts = json.load(sys.stdin)
    domain.db.transaction_start()
    for dn, rest in [add(domain, account) for account in accounts]:
        finish(domain, dn, rest)
    domain.db.transaction_commit()
    for account in accounts:
        if account.get("keytab"):
            suffix = "" if account.get("kind") == "user" else "$"
            domain.export_keytab(account["name"] + suffix, f"{account['name'].lower()}.keytab")


if __name__ == "__main__":
    main()
