#!/usr/bin/python3
"""A fake: the lab's real KDC, with the reasons in its refusals that a Windows KDC gives (MS-KILE 2.2.1, 2.2.2).

usage: fake_windows_kdc.py ADDRESS FORM WITH_BIT WITHOUT_BIT
Listens on ADDRESS, port 88, and forwards to dc1.kcd.test. A refusal with code 13 gets e-data: an NTSTATUS, WITH_BIT
where the request has PA-PAC-OPTIONS, else WITHOUT_BIT (hexadecimal). FORM: error-data (KERB-ERROR-DATA) or method-data
(element of type 3). A request that is armoured (PA-FX-FAST) gets an armoured reason instead, as Windows hides it then.
"""
import socket
import sys

REAL = ("dc1.kcd.test", 88)
PA_FX_FAST = bytes.fromhex("a10402020088")
PA_PAC_OPTIONS = bytes.fromhex("a104020200a7")
TGS_REQ, KRB_ERROR = 0x6C, 0x7E
BADOPTION = bytes.fromhex("a60302010d")


def der(tag, content):
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + content


def content_of(data):
    if data[1] < 0x80:
        return data[2:]
    return data[2 + (data[1] & 0x7F):]


def e_data(form, status):
    extended = status.to_bytes(4, "little") + bytes(4) + (1).to_bytes(4, "little")
    element = der(0x30, der(0xA1, bytes.fromhex("020103")) + der(0xA2, der(0x04, extended)))
    return element if form == "error-data" else der(0x30, element)


def armoured():
    return der(0x30, der(0x30, der(0xA1, bytes.fromhex("02020088")) + der(0xA2, der(0x04, b"sealed"))))


def with_reason(request, reply, form, statuses):
    if request[0] != TGS_REQ or reply[0] != KRB_ERROR or BADOPTION not in reply:
        return reply
    reason = e_data(form, statuses[0 if PA_PAC_OPTIONS in request else 1])
    if PA_FX_FAST in request:
        reason = armoured()
    fields = content_of(content_of(reply)) + der(0xAC, der(0x04, reason))
    return der(KRB_ERROR, der(0x30, fields))


def receive(connection):
    with connection.makefile("rb") as stream:
        return stream.read(int.from_bytes(stream.read(4), "big"))


def send(connection, message):
    connection.sendall(len(message).to_bytes(4, "big") + message)


def main(address, form, *statuses):
    statuses = [int(status, 16) for status in statuses]
    listener = socket.create_server((address, 88))
    print("ready", flush=True)
    while True:
        client, _ = listener.accept()
        with client, socket.create_connection(REAL) as real:
            request = receive(client)
            if request:
                send(real, request)
                send(client, with_reason(request, receive(real), form, statuses))


main(*sys.argv[1:])
