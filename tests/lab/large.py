#!/usr/bin/python3
"""Makes a lab domain large: COMPUTERS computers, and whatever their number the same 3,000 delegations.

usage: large.py SMB_CONF PASSWORD_DIR KEYTAB_DIR COMPUTERS        (the DC does not run; at least 1,000)

All delegations are among the first 1,000 computers, so that two domains differ in nothing but the others:
  HV0001 ... HV0150   Hyper-V hosts with keys and a list of 16 services each (2,400 delegations): four partners, for
                      Microsoft Virtual System Migration Service and cifs, short and FQDN. The first 100 are set to
                      "Use any authentication protocol", the rest to "Use Kerberos only"; the last 10 are disabled
  HV0151 ... HV0660   Hyper-V hosts that may not delegate
  UN0001 ... UN0050   "Trust this computer for delegation to any service" (50)
  ST0001 ... ST0030   lists with five entries each (150): two that nobody owns, one of a disabled machine, one that two
                      accounts own, and one that is right
  RB0001 ... RB0200   resource-based entries that name two Hyper-V hosts each (400)
  CL0001 ... CL0010   names of clusters (the even ones) and of their roles
  PC00001 ...         plain computers; every tenth is disabled, the first 40 are virtual machines
Every Hyper-V host has its service connection point, but for each fiftieth. Beside them are 20 users in a group that is
a member of Domain Admins.
"""

import os
import sys
import time

import ldb
from samba.dcerpc import security
from samba.dsdb import UF_ACCOUNTDISABLE, UF_TRUSTED_FOR_DELEGATION, UF_TRUSTED_TO_AUTHENTICATE_FOR_DELEGATION
from samba.dsdb import UF_WORKSTATION_TRUST_ACCOUNT
from samba.ndr import ndr_pack

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import populate  # noqa: E402

DELEGATIONS = 3000
LISTING, ANY_PROTOCOL, DISABLED_HOSTS, HYPERV = 150, 100, 10, 660
UNCONSTRAINED, STALE, ACCEPTING, CLUSTERS = 50, 30, 200, 10
PARTNERS, GUESTS, ADMINS = 4, 40, 20
OTHER = HYPERV + UNCONSTRAINED + STALE + ACCEPTING + CLUSTERS
SYSTEMS = [f"Windows Server {version} Datacenter" for version in ("2012 R2", "2016", "2019", "2022", "2025")]
STEP = 100  # computers in a transaction: each write copies the indexes that the transaction has touched
DAY = 864_000_000_000  # of a Windows file time
CN = "CN=Computers"
RBCD = "msDS-AllowedToActOnBehalfOfOtherIdentity"


class Large(populate.Domain):
    """Writes through all modules of Samba, but without looking back at what it wrote."""

    def __init__(self, *paths):
        super().__init__(*paths)
        self.now = int((time.time() + 11644473600) * 10_000_000)
        self.delegations = 0
        self.made = 0

    def computer(self, name, *, uac=0, spns=(), delegate_to=(), keys=False, more=None):
        """Nothing that add_computer of populate.py could not do, but a tenth of its searches."""
        self.made += 1
        attributes = {
            "objectClass": "computer",
            "sAMAccountName": f"{name}$",
            "userAccountControl": str(UF_WORKSTATION_TRUST_ACCOUNT | uac),
            "dNSHostName": f"{name}.{populate.DNS_DOMAIN}",
            "operatingSystem": SYSTEMS[self.made % len(SYSTEMS)],
            "lastLogonTimestamp": str(self.now - self.made % 700 * DAY),
            "servicePrincipalName": populate.both("HOST", name) + list(spns),
            "msDS-AllowedToDelegateTo": list(delegate_to),
            **(more or {}),
        }
        if keys:
            attributes["unicodePwd"] = self.new_password(name.lower())
        filled = {key: value for key, value in attributes.items() if value != []}
        self.db.add({"dn": f"CN={name},{CN},{self.base}", **filled}, controls=["relax:0"])
        if self.made % STEP == 0:
            self.db.transaction_commit()
            self.db.transaction_start()
        self.delegations += len(delegate_to) + bool(uac & UF_TRUSTED_FOR_DELEGATION)

    def point(self, name, cn):
        self.db.add({"dn": f"CN={cn},CN={name},{CN},{self.base}", "objectClass": "serviceConnectionPoint"})

    def hyperv_hosts(self):
        for i in range(1, HYPERV + 1):
            name, uac, services = f"HV{i:04d}", 0, []
            if i <= LISTING:
                for step in range(1, PARTNERS + 1):
                    partner = f"HV{(i - 1 + step) % LISTING + 1:04d}"
                    services += populate.both(populate.MIGRATION, partner) + populate.both("cifs", partner)
                uac |= UF_TRUSTED_TO_AUTHENTICATE_FOR_DELEGATION if i <= ANY_PROTOCOL else 0
                uac |= UF_ACCOUNTDISABLE if i > LISTING - DISABLED_HOSTS else 0
            spns = populate.both(populate.MIGRATION, name)
            self.computer(name, uac=uac, spns=spns, delegate_to=services, keys=i <= LISTING)
            if i % 50:
                self.point(name, "Microsoft Hyper-V")

    def others(self):
        for i in range(1, UNCONSTRAINED + 1):
            self.computer(f"UN{i:04d}", uac=UF_TRUSTED_FOR_DELEGATION)
        for i in range(1, STALE + 1):
            disabled = f"HV{LISTING - i % DISABLED_HOSTS:04d}"
            self.computer(f"ST{i:04d}", delegate_to=[
                *populate.both("cifs", f"gone{i}"), f"cifs/{disabled}", f"HTTP/two{i}", f"cifs/HV{i:04d}"])
        for i in range(1, ACCEPTING + 1):
            self.computer(f"RB{i:04d}", more={RBCD: self.descriptor(i)})
        for i in range(1, CLUSTERS + 1):
            name = f"CL{i:04d}"
            spns = populate.both("MSClusterVirtualServer", name)
            spns += populate.both("MSServerClusterMgmtAPI", name) if i % 2 == 0 else []
            self.computer(name, spns=spns)

    def descriptor(self, i):
        """Two Hyper-V hosts by SID; the mask is what the tools of Windows and Samba write."""
        entries = "".join(f"(A;;0xf01ff;;;{self.sids[(i * 2 + k) % HYPERV]})" for k in (0, 1))
        self.delegations += 2
        return ndr_pack(security.descriptor.from_sddl(f"O:BAD:{entries}", self.domain_sid()))

    def read_sids(self):
        found = self.db.search(base=f"{CN},{self.base}", scope=ldb.SCOPE_ONELEVEL, expression="(cn=HV*)",
                               attrs=["objectSid"])
        self.sids = [self.db.schema_format_value("objectSid", each["objectSid"][0]).decode() for each in found
                     if len(each.dn.get_rdn_value()) == len("HV0001")]

    def plain(self, computers):
        for i in range(1, computers - OTHER + 1):
            self.computer(f"PC{i:05d}", uac=UF_ACCOUNTDISABLE if i % 10 == 0 else 0)
            if i <= GUESTS:
                self.point(f"PC{i:05d}", "Windows Virtual Machine")

    def same_names(self):
        """Two owners of one SPN, in the file of the partition, below all modules: no DC takes that over LDAP."""
        sam = self.lp.samdb_url().removeprefix("tdb://")
        path = os.path.join(f"{sam}.d", f"{str(self.base).upper()}.ldb")
        file = ldb.Ldb(f"tdb://{path}", options=["modules:"])
        file.transaction_start()
        for i in range(1, STALE + 1):
            for owner in (f"RB{i:04d}", f"RB{i + STALE:04d}"):
                message = ldb.Message(ldb.Dn(file, f"CN={owner},{CN},{self.base}"))
                message["spn"] = ldb.MessageElement([f"HTTP/two{i}"], ldb.FLAG_MOD_ADD, "servicePrincipalName")
                file.modify(message)
        file.transaction_commit()

    def administrators(self):
        self.add_group("large-admins", [security.DOMAIN_RID_ADMINS])
        for i in range(1, ADMINS + 1):
            self.add_user(f"large-admin{i}", member_of=["large-admins"])

    def fill(self, computers):
        self.db.transaction_start()
        self.hyperv_hosts()
        self.read_sids()
        self.others()
        self.plain(computers)
        self.administrators()
        self.db.transaction_commit()
        self.same_names()
        if (self.made, self.delegations) != (computers, DELEGATIONS):
            sys.exit(f"large: {self.made} computers with {self.delegations} delegations")


if __name__ == "__main__":
    if int(sys.argv[4]) < 1000:
        sys.exit("large: at least 1,000 computers")
    Large(*sys.argv[1:4]).fill(int(sys.argv[4]))
