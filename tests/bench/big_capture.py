"""A capture of a busy day: 1 GB of TCP segments, and in it 1,000 Kerberos conversations of the lab.

The segments go to a port that no dissector claims, and are acknowledged: random bytes where tshark expects a protocol
(port 445), and segments that nobody acknowledges, cost it minutes, which would not be a fair comparison.
"""
import pathlib
import random
import struct

FIXTURE = pathlib.Path(__file__).parent.parent / "unit" / "fixtures" / "trace-article.pcap"
SIZE = 1 << 30
CONVERSATIONS = 1000
IN_FIXTURE = 2  # the host's own ticket; S4U2Self with S4U2Proxy
STREAMS = 64
PORT = 39445
SEGMENT = 1448
START = 1795000000
HEADER = struct.Struct("<IHHiIII")
RECORD = struct.Struct("<IIII")
ETHERNET, IP, TCP = 14, 20, 20


def frames_of(path):
    data = path.read_bytes()
    at = HEADER.size
    frames = []
    while at < len(data):
        _, _, length, _ = RECORD.unpack_from(data, at)
        at += RECORD.size
        frames.append(data[at:at + length])
        at += length
    return frames


def moved(frame, copy):
    """The frame between another pair of machines: the lab's client and KDC are 127.0.0.1 and 127.0.0.10."""
    out = bytearray(frame)
    for at in (ETHERNET + 12, ETHERNET + 16):
        host = 10 if out[at + 3] == 10 else 1
        out[at:at + 4] = bytes((10, 0 if host == 10 else 1 + copy // 250, copy % 250 if host == 1 else 0, host))
    return bytes(out)


def frame(stream, number, to_server, sequence, acknowledged, payload):
    ends = (bytes((10, 9, 0, stream + 1)), b"\x0a\x08\x00\x01")
    ports = (50000 + stream, PORT)
    side = 0 if to_server else 1
    return struct.pack(">6s6sH BBHHHBBH4s4s HHIIBBHHH", b"\2\0\0\0\0\1", b"\2\0\0\0\0\2", 0x0800, 0x45, 0,
                       IP + TCP + len(payload), number & 0xFFFF, 0x4000, 64, 6, 0, ends[side], ends[1 - side],
                       ports[side], ports[1 - side], sequence, acknowledged, 0x50, 0x10, 0xFFFF, 0, 0) + payload


def segments():
    """One TCP segment after the other, of many streams, with numbers that go on; every fourth one is acknowledged."""
    source = random.Random(1)
    payload = source.randbytes(SEGMENT * 64)
    sequence = [source.getrandbits(32) for _ in range(STREAMS)]
    number = 0
    while True:
        stream = number % STREAMS
        start = (number % 63) * SEGMENT
        yield frame(stream, number, True, sequence[stream], 1, payload[start:start + SEGMENT])
        sequence[stream] = (sequence[stream] + SEGMENT) & 0xFFFFFFFF
        if number // STREAMS % 4 == 3:
            yield frame(stream, number, False, 1, sequence[stream], b"")
        number += 1


def make(path):
    fixture = frames_of(FIXTURE)
    kerberos = [moved(frame, copy) for copy in range(CONVERSATIONS // IN_FIXTURE) for frame in fixture]
    overhead = ETHERNET + IP + TCP + RECORD.size
    fill = (SIZE - sum(map(len, kerberos))) * 5 // (4 * SEGMENT + 5 * overhead)
    each = fill // len(kerberos)
    partial = path.with_suffix(".part")
    segment = segments()
    when = START * 1000000
    with open(partial, "wb", buffering=1 << 20) as out:
        out.write(HEADER.pack(0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for frame in kerberos:
            for data in [next(segment) for _ in range(each)] + [frame]:
                when += 10
                out.write(RECORD.pack(when // 1000000, when % 1000000, len(data), len(data)) + data)
    partial.rename(path)
