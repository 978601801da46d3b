#!/usr/bin/python3
"""Sits between dirtool and a domain controller's LDAP port, for what only somebody in the middle can see or do.

usage: tap.py tap|lie|swap|rename ADDRESS PORT FILE     listens on PORT, passes one connection on to port 389 of ADDRESS

tap  writes all that the client sends to FILE.
lie  answers the first bind with success in the DC's place, as somebody would who wants the session unprotected.
swap, rename  change what the DC says of itself as long as that can be read: another configurationNamingContext,
     another dnsHostName.
"""

import pathlib
import socket
import sys
import threading

BIND_REQUEST = 0x60


CHANGES = {
    "swap": (b"CN=Configuration,DC=kcd", b"CN=CONFIGURATION,DC=xxx"),
    "rename": (b"dc1.kcd.test", b"dc9.kcd.test"),
}


def pass_on(source, target, change):
    while data := source.recv(65536):
        target.sendall(data.replace(*change) if change else data)
    target.shutdown(socket.SHUT_WR)


def is_bind(data):
    """SEQUENCE, length, INTEGER of one byte, then the operation (RFC 4511 section 4.1.1)."""
    start = 2 + (data[1] & 0x7F if data[1] & 0x80 else 0) if len(data) > 2 else 0
    return len(data) > start + 3 and data[0] == 0x30 and data[start] == 0x02 and data[start + 3] == BIND_REQUEST


def success(data):
    message_id = data[2 + (data[1] & 0x7F if data[1] & 0x80 else 0) + 2]
    return bytes([0x30, 12, 0x02, 1, message_id, 0x61, 7, 0x0A, 1, 0, 0x04, 0, 0x04, 0])


def main():
    mode, address, port, path = sys.argv[1:]
    with socket.create_server((address, int(port))) as server:
        pathlib.Path(path).touch()  # tells the test that the port accepts
        client, _ = server.accept()
    dc = socket.create_connection((address, 389))
    threading.Thread(target=pass_on, args=(dc, client, CHANGES.get(mode)), daemon=True).start()
    with open(path, "wb") as file:
        while data := client.recv(65536):
            file.write(data)
            file.flush()
            if mode == "lie" and is_bind(data):
                client.sendall(success(data))
            else:
                dc.sendall(data)


main()
