"""impacket's findDelegation.py against the lab's DC, with the ticket for ldap/ that has to be in the cache: its own
request for one has no checksum, and Samba's KDC refuses that (KRB_AP_ERR_INAPP_CKSUM).

Version 0.10 asks for the DC's name over SMB, which the lab's DC does not speak; here it is told the name, as later
versions are with -dc-host. All the rest is theirs: the bind over LDAPS after the DC has refused an unsigned one over
LDAP, the searches, and the table.
"""
import argparse
import importlib.util
import os

SCRIPT = "/usr/share/doc/python3-impacket/examples/findDelegation.py"


def theirs():
    spec = importlib.util.spec_from_file_location("findDelegation", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.FindDelegation


def main():
    os.environ["KRB5CCNAME"] = os.environ["KRB5CCNAME"].removeprefix("FILE:")  # it wants the bare path
    realm = os.environ["KCDFIX_REALM"]
    options = argparse.Namespace(k=True, aesKey=None, hashes=None, dc_ip=None)
    find_delegation = theirs()
    find_delegation.getMachineName = lambda self: os.environ["KCDFIX_DC"]
    find_delegation("admin", "", realm, realm, options).run()


if __name__ == "__main__":
    main()
