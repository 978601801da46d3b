#!/usr/bin/python3
"""Holds the codecs against python3-samba: SIDs, GUIDs and security descriptors both ways, replPropertyMetaData rows,
and the names of NTSTATUS values.

usage: oracle.py ORACLE_TOOL
"""

import pathlib
import random
import subprocess
import sys

from samba import ntstatus
from samba.dcerpc import drsblobs, misc, security
from samba.ndr import ndr_pack, ndr_unpack

FIXTURES = pathlib.Path(__file__).resolve().parent / "fixtures"
DOMAIN = security.dom_sid("S-1-5-21-623787649-3498089433-2451575148")
EPOCH = 11644473600  # seconds from 1601 to 1970

SIDS = [
    "S-1-1-0",
    "S-1-5-11",
    "S-1-5-32-544",
    "S-1-5-21-623787649-3498089433-2451575148-1105",
    "S-1-18-1",
    "S-1-5",
    "S-1-4294967294-7",
    "S-1-5-" + "-".join(["4294967295"] * 15),
]

DESCRIPTORS = [
    "O:BAD:(A;;0xf01ff;;;{0}-1105)",
    "O:BAD:(A;;CR;;;{0}-1105)(A;;CR;;;{0}-1106)(A;;CR;;;AU)",
    "O:BAG:DAD:(D;;CR;;;{0}-1105)(A;;0xf01ff;;;{0}-1105)",
    "O:BAD:(A;IO;CR;;;{0}-1105)(A;CIID;CR;;;{0}-1106)",
    "O:BAD:(OA;;CR;00299570-246d-11d0-a768-00aa006e0529;;{0}-1105)",
    "O:BAD:(OA;CIIO;RP;4c164200-20c0-11d0-a768-00aa006e0529;4828cc14-1437-45bc-9b07-ad6f015e5f28;RU)",
    "O:BAD:(A;;GA;;;WD)",
    "O:BAD:PAI",
    "O:BAG:SY",
    "O:S-1-5-21-1-2-3-4D:AR(A;;0x10000000;;;S-1-5-21-1-2-3-5)",
]


class Checks:
    """Collects requests, asks the tool once, and compares."""

    def __init__(self):
        self.requests = []
        self.expected = []

    def add(self, request, expected):
        self.requests.append(request)
        self.expected.append(expected)

    def run(self, tool):
        text = "".join(r + "\n" for r in self.requests)
        answer = subprocess.run([tool], input=text, capture_output=True, text=True, check=True).stdout.splitlines()
        failures = 0
        for request, expected, got in zip(self.requests, self.expected, answer, strict=True):
            if got != expected:
                failures += 1
                print(f"{request[:200]}\n  samba: {expected}\n  tool:  {got}")
        print(f"{len(answer)} comparisons, {failures} differences")
        return failures == 0


def add_sids(checks, rng):
    random_sids = [f"S-1-5-21-{'-'.join(str(rng.getrandbits(32)) for _ in range(4))}" for _ in range(200)]
    for text in SIDS + random_sids:
        packed = ndr_pack(security.dom_sid(text)).hex()
        checks.add(f"sid-bytes {text}", packed)
        checks.add(f"sid-text {packed}", text)


def add_guids(checks, rng):
    for _ in range(200):
        raw = rng.randbytes(16)
        text = str(ndr_unpack(misc.GUID, raw))
        checks.add(f"guid-text {raw.hex()}", text)
        checks.add(f"guid-bytes {text}", ndr_pack(misc.GUID(text)).hex())


def describe(descriptor):
    owner = descriptor.owner_sid or "-"
    group = descriptor.group_sid or "-"
    aces = descriptor.dacl.aces if descriptor.dacl else []
    rows = "".join(f" {a.type}:{a.flags}:{a.access_mask}:{a.trustee}" for a in aces)
    return owner, group, rows


def add_descriptor(checks, descriptor):
    """What the tool writes again must be what Samba packs once the SACL is taken away."""
    packed = ndr_pack(descriptor)
    owner, group, rows = describe(descriptor)
    bare = ndr_unpack(security.descriptor, packed)
    bare.sacl = None
    bare.type &= ~(0x0010 | 0x0020 | 0x0200 | 0x0800 | 0x2000 | 0x4000)
    checks.add(f"secdesc {packed.hex()}", f"secdesc {owner} {group} {ndr_pack(bare).hex()}{rows}")


def add_descriptors(checks):
    for sddl in DESCRIPTORS:
        add_descriptor(checks, security.descriptor.from_sddl(sddl.format(DOMAIN), DOMAIN))
    add_descriptor(checks, ndr_unpack(security.descriptor, (FIXTURES / "secdesc-computer.bin").read_bytes()))


def add_replmeta(checks):
    blob = (FIXTURES / "replmeta-computer.bin").read_bytes()
    meta = ndr_unpack(drsblobs.replPropertyMetaDataBlob, blob)
    for changed in (0, 5):
        for i, row in enumerate(meta.ctr.array):
            row.version += changed
            row.originating_usn += changed << 33
            row.local_usn += changed * i
        packed = ndr_pack(meta)
        for row in ndr_unpack(drsblobs.replPropertyMetaDataBlob, packed).ctr.array:
            seconds = row.originating_change_time // 10_000_000 - EPOCH
            expected = f"{row.version} {seconds} {row.originating_invocation_id} {row.originating_usn} {row.local_usn}"
            checks.add(f"replmeta {packed.hex()} {row.attid}", expected)
        checks.add(f"replmeta {packed.hex()} {0x00090886}", "error")


def add_ntstatus(checks, tool):
    """Each name that the tool knows is Samba's name of that value."""
    names = {getattr(ntstatus, n): n for n in dir(ntstatus) if n.startswith("NT_STATUS_")}
    values = sorted(v for v in names if v >= 0xC0000000)
    text = "".join(f"ntstatus {v}\n" for v in values)
    known = subprocess.run([tool], input=text, capture_output=True, text=True, check=True).stdout.splitlines()
    for value, name in zip(values, known, strict=True):
        if name != "error":
            checks.add(f"ntstatus {value}", names[value].removeprefix("NT_"))


def main():
    tool = sys.argv[1]
    rng = random.Random(1)
    checks = Checks()
    add_sids(checks, rng)
    add_guids(checks, rng)
    add_descriptors(checks)
    add_replmeta(checks)
    add_ntstatus(checks, tool)
    return 0 if checks.run(tool) else 1


if __name__ == "__main__":
    sys.exit(main())
