#!/usr/bin/python3
"""What LDAP does not offer, done in the database files of a DC; the DC may run meanwhile (it reads them per request).

usage: localdb.py SMB_CONF keytab ACCOUNT FILE
       localdb.py SMB_CONF set OBJECT ATTR [VALUE...]

OBJECT is a DN or a sAMAccountName. A VALUE for an attribute that holds a security descriptor is SDDL, in which {NAME}
stands for the SID of the account NAME: O:BAD:(A;;0xf01ff;;;{CORE2016$}). base64:... is any bytes for any attribute.
No VALUE removes the attribute.
"""

import base64
import os
import re
import sys

import ldb
import samba.dckeytab  # gives Net its export_keytab
from samba.auth import system_session
from samba.credentials import Credentials
from samba.dcerpc import security
from samba.net import Net
from samba.ndr import ndr_pack, ndr_unpack
from samba.param import LoadParm
from samba.samdb import SamDB

DESCRIPTORS = {"ntsecuritydescriptor", "msds-allowedtoactonbehalfofotheridentity", "msds-groupmsamembership"}


def open_database(lp):
    return SamDB(url=lp.samdb_url(), session_info=system_session(), lp=lp)


def find(db, name, attrs=()):
    found = db.search(
        base=db.get_default_basedn(),
        expression=f"(sAMAccountName={ldb.binary_encode(name)})",
        attrs=list(attrs) or ["dn"],
    )
    if len(found) != 1:
        sys.exit(f"localdb: no such object: {name}")
    return found[0]


def sid_of(db, name):
    """Of the account, or of the domain's number: "RID:900001" is nobody's."""
    if name.startswith("RID:"):
        return f"{db.get_domain_sid()}-{int(name[4:])}"
    return str(ndr_unpack(security.dom_sid, find(db, name, ["objectSid"])["objectSid"][0]))


def descriptor(db, sddl):
    with_sids = re.sub(r"\{([^}]+)\}", lambda match: sid_of(db, match[1]), sddl)
    return ndr_pack(security.descriptor.from_sddl(with_sids, security.dom_sid(db.get_domain_sid())))


def encode(db, attribute, value):
    if value.startswith("base64:"):
        return base64.b64decode(value.removeprefix("base64:"), validate=True)
    if attribute.lower() in DESCRIPTORS:
        return descriptor(db, value)
    return os.fsencode(value)


def set_attribute(lp, name, attribute, *values):
    db = open_database(lp)
    encoded = [encode(db, attribute, value) for value in values]
    message = ldb.Message(ldb.Dn(db, name) if "=" in name else find(db, name).dn)
    message["values"] = ldb.MessageElement(encoded, ldb.FLAG_MOD_REPLACE, attribute)
    db.modify(message, controls=["relax:0"])


def export_keytab(lp, account, path):
    Net(Credentials(), lp).export_keytab(keytab=path, principal=account)


def main():
    commands = {"keytab": export_keytab, "set": set_attribute}
    smb_conf, command, *operands = sys.argv[1:]
    lp = LoadParm()
    lp.load(smb_conf)
    try:
        commands[command](lp, *operands)
    except ldb.LdbError as error:
        sys.exit(f"localdb: {error.args[1]}")


if __name__ == "__main__":
    main()
