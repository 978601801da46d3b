#!/usr/bin/python3
"""Lets LDAP write msDS-AllowedToActOnBehalfOfOtherIdentity, which Samba's schema keeps for the system.

usage: rbcd_writable.py PRIVATE_DIR        (the DC does not run)

The DC reads its schema once, when it starts. So the value goes into the partition's own file, past the modules that
would refuse it.
"""

import os
import sys

import ldb

SCHEMA = "CN=SCHEMA,CN=CONFIGURATION,DC=KCD,DC=TEST"
ATTRIBUTE = "CN=ms-DS-Allowed-To-Act-On-Behalf-Of-Other-Identity"


def main():
    path = os.path.join(sys.argv[1], "sam.ldb.d", f"{SCHEMA}.ldb")
    db = ldb.Ldb(f"tdb://{path}")
    message = ldb.Message(ldb.Dn(db, f"{ATTRIBUTE},{SCHEMA}"))
    message["systemOnly"] = ldb.MessageElement("FALSE", ldb.FLAG_MOD_REPLACE, "systemOnly")
    db.modify(message)


if __name__ == "__main__":
    main()
