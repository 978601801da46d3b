#!/usr/bin/python3
"""Fills a freshly provisioned lab domain. The tables below are the whole population.

usage: populate.py SMB_CONF PASSWORD_DIR KEYTAB_DIR        (the DC does not run)
"""

import os
import secrets
import sys

import ldb
import samba.dckeytab  # gives Net its export_keytab
from samba.auth import system_session
from samba.credentials import Credentials
from samba.dcerpc import security
from samba.dsdb import (
    UF_ACCOUNTDISABLE,
    UF_NORMAL_ACCOUNT,
    UF_NOT_DELEGATED,
    UF_SMARTCARD_REQUIRED,
    UF_WORKSTATION_TRUST_ACCOUNT,
)
from samba.net import Net
from samba.ndr import ndr_pack, ndr_unpack
from samba.param import LoadParm
from samba.samdb import SamDB

DNS_DOMAIN = "kcd.test"
HYPERV_OU = "OU=HyperV"
NEVER = -0x8000000000000000  # as the interval attributes of the domain object spell it
LOCKOUT_THRESHOLD = 5
LONG_AGO = 125911584000000000  # 2000-01-01 as a Windows file time

MIGRATION = "Microsoft Virtual System Migration Service"


def both(service, name):
    return [f"{service}/{name}", f"{service}/{name}.{DNS_DOMAIN}"]


def migration(name):
    """Samba's KDC searches for the form with escaped blanks, Windows registers the plain one: hold both."""
    return both(MIGRATION, name) + both(MIGRATION.replace(" ", "\\ "), name)


# name: options. Unless told else, a computer has a password (and so keys), HOST/ SPNs in both forms and a dNSHostName.
COMPUTERS = {
    "CORE2016": {"delegate_to": ["cifs/2016GUI"]},
    "2016GUI": {},
    "NODE1": {},
    "NODE2": {},
    "SOFS2016": {},
    "HV1": {"spns": both("HOST", "HV1") + migration("HV1")},
    "HV2": {"spns": both("HOST", "HV2") + migration("HV2")},
    "WEB": {"spns": both("HOST", "WEB") + both("HTTP", "web")},
    "SQL": {"spns": both("HOST", "SQL") + [f"MSSQLSvc/sql.{DNS_DOMAIN}:1433"]},
    "NOKEYS": {"keys": False},
    "OFF": {"uac": UF_ACCOUNTDISABLE},
    "NOSPN": {"spns": []},
    "OUHOST": {"delegate_to": ["cifs/2016GUI"], "parent": HYPERV_OU},
    "FS1": {"accepts": ["WEB"]},  # resource-based
}

# sAMAccountName: options. `member_of` is by RID for the groups that every domain has, by name for those made here.
USERS = {
    "admin": {"member_of": [security.DOMAIN_RID_ADMINS]},
    "ouadmin": {},
    "plain": {},
    "alice": {},
    "bob": {"uac": UF_NOT_DELEGATED},
    "carol": {"member_of": [security.DOMAIN_RID_PROTECTED_USERS]},
    "nina": {"member_of": ["nested"]},
    "paul": {"primary_group": security.DOMAIN_RID_PROTECTED_USERS},
    "dave": {"uac": UF_ACCOUNTDISABLE},
    "erin": {"attributes": {"accountExpires": LONG_AGO}},
    "gina": {"attributes": {"pwdLastSet": 0}},
    "hank": {"uac": UF_SMARTCARD_REQUIRED},  # the flag replaces the password by a random one: no logon
    "lisa": {},  # locked out by real logons once the DC runs: see build
    "jmueller": {"cn": "Jörg Müller"},
    "hostile": {"cn": 'We"ird (na*me) back\\slash \u200fRTL'},
}

GROUPS = {"nested": {"member_of": [security.DOMAIN_RID_PROTECTED_USERS]}}


class Domain:
    def __init__(self, smb_conf, password_dir, keytab_dir):
        self.lp = LoadParm()
        self.lp.load(smb_conf)
        self.db = SamDB(url=self.lp.samdb_url(), session_info=system_session(), lp=self.lp)
        self.base = self.db.get_default_basedn()
        self.password_dir = password_dir
        self.keytab_dir = keytab_dir

    def dn(self, rdn, parent):
        """RDN values are escaped by ldb, never by hand."""
        dn = ldb.Dn(self.db, f"{parent},{self.base}")
        dn.add_child(ldb.Dn(self.db, "CN=placeholder"))
        dn.set_component(0, "CN", rdn)
        return dn

    def by_rid(self, rid):
        return ldb.Dn(self.db, f"<SID={self.db.get_domain_sid()}-{rid}>")

    def add(self, dn, attributes):
        self.db.add({"dn": dn, **{k: v for k, v in attributes.items() if v != []}})

    def modify(self, dn, flag, attributes):
        message = ldb.Message()
        message.dn = dn
        for name, value in attributes.items():
            message[name] = ldb.MessageElement(str(value), flag, name)
        self.db.modify(message)

    def join(self, dn, groups):
        for group in groups:
            group_dn = self.by_rid(group) if isinstance(group, int) else self.dn(group, "CN=Users")
            self.modify(group_dn, ldb.FLAG_MOD_ADD, {"member": dn})

    def new_password(self, account):
        """Returns it as unicodePwd wants it; the file is what tests and `as` read. The suffix satisfies any policy."""
        password = secrets.token_hex(12) + "-Aa1"
        path = os.path.join(self.password_dir, account)
        with open(path, "w", opener=lambda p, f: os.open(p, f, 0o600)) as file:
            file.write(password + "\n")
        return f'"{password}"'.encode("utf-16-le")

    def set_policy(self):
        """Nothing expires in a cached domain, and who is locked out stays so."""
        self.modify(self.base, ldb.FLAG_MOD_REPLACE, {
            "lockoutThreshold": LOCKOUT_THRESHOLD,
            "lockoutDuration": NEVER,
            "lockOutObservationWindow": NEVER,
            "maxPwdAge": NEVER,
            "minPwdAge": 0,
            "pwdHistoryLength": 0,
        })

    def add_group(self, name, member_of):
        dn = self.dn(name, "CN=Users")
        self.add(dn, {"objectClass": "group", "sAMAccountName": name})
        self.join(dn, member_of)

    def add_computer(self, name, *, keys=True, uac=0, spns=None, delegate_to=(), parent="CN=Computers", accepts=()):
        attributes = {
            "objectClass": "computer",
            "sAMAccountName": f"{name}$",
            "userAccountControl": str(UF_WORKSTATION_TRUST_ACCOUNT | uac),
            "dNSHostName": f"{name}.{DNS_DOMAIN}",
            "servicePrincipalName": both("HOST", name) if spns is None else spns,
            "msDS-AllowedToDelegateTo": list(delegate_to),
        }
        if keys:
            attributes["unicodePwd"] = self.new_password(name.lower())
        self.add(self.dn(name, parent), attributes)
        if accepts:
            self.accept(self.dn(name, parent), accepts)

    def accept(self, dn, hosts):
        """The hosts are there already. The mask is what the tools of Windows and Samba write."""
        entries = "".join(f"(A;;0xf01ff;;;{self.sid_of(host + '$')})" for host in hosts)
        descriptor = security.descriptor.from_sddl(f"O:BAD:{entries}", self.domain_sid())
        message = ldb.Message(dn)
        message["sd"] = ldb.MessageElement(
            ndr_pack(descriptor), ldb.FLAG_MOD_REPLACE, "msDS-AllowedToActOnBehalfOfOtherIdentity")
        self.db.modify(message, controls=["relax:0"])

    def add_user(self, name, *, cn=None, uac=0, member_of=(), primary_group=None, attributes=None):
        dn = self.dn(cn or name, "CN=Users")
        self.add(dn, {
            "objectClass": "user",
            "sAMAccountName": name,
            "userPrincipalName": f"{name}@{DNS_DOMAIN}",
            "userAccountControl": str(UF_NORMAL_ACCOUNT | uac),
            "unicodePwd": self.new_password(name),
        })
        self.join(dn, member_of)
        if primary_group:
            self.join(dn, [primary_group])  # only a member may have it as primary group
            self.modify(dn, ldb.FLAG_MOD_REPLACE, {"primaryGroupID": primary_group})
        if attributes:
            self.modify(dn, ldb.FLAG_MOD_REPLACE, attributes)

    def add_hyperv_ou(self, owner):
        """OWNER may write every property below the OU. Before the objects, so that they inherit the entry."""
        dn = f"{HYPERV_OU},{self.base}"
        self.db.create_ou(dn)
        sid = self.sid_of(owner)
        found = self.db.search(base=dn, scope=ldb.SCOPE_BASE, attrs=["nTSecurityDescriptor"])
        descriptor = ndr_unpack(security.descriptor, found[0]["nTSecurityDescriptor"][0])
        entry = security.descriptor.from_sddl(f"D:(A;CI;RPWPLCLORC;;;{sid})", self.domain_sid())
        descriptor.dacl_add(entry.dacl.aces[0])
        message = ldb.Message(ldb.Dn(self.db, dn))
        message["sd"] = ldb.MessageElement(ndr_pack(descriptor), ldb.FLAG_MOD_REPLACE, "nTSecurityDescriptor")
        self.db.modify(message)

    def domain_sid(self):
        return security.dom_sid(self.db.get_domain_sid())

    def sid_of(self, account):
        found = self.db.search(expression=f"(sAMAccountName={account})", attrs=["objectSid"])
        return ndr_unpack(security.dom_sid, found[0]["objectSid"][0])

    def export_keytab(self, account, file_name):
        net = Net(Credentials(), self.lp)
        net.export_keytab(keytab=os.path.join(self.keytab_dir, file_name), principal=account)

    def populate(self):
        self.db.transaction_start()
        self.set_policy()
        for name, options in GROUPS.items():
            self.add_group(name, **options)
        for name, options in USERS.items():
            self.add_user(name, **options)
        self.add_hyperv_ou("ouadmin")
        for name, options in COMPUTERS.items():
            self.add_computer(name, **options)
        self.db.transaction_commit()
        for name, options in COMPUTERS.items():
            if options.get("keys", True):
                self.export_keytab(f"{name}$", f"{name.lower()}.keytab")
        self.export_keytab("alice", "alice.keytab")


if __name__ == "__main__":
    Domain(*sys.argv[1:]).populate()
