#!/usr/bin/python3
"""A TCP proxy that loses answers on demand: what a real server does not do when asked to.

usage: lossy.py PORT TARGET_PORT       both on the address of dc1.kcd.test
Forwards everything. SIGUSR1: on the connections of that moment answers are thrown away, and half a second after the
first one, when the server has had all requests, the connection is closed. Later connections are forwarded as before.
"""
import selectors
import signal
import socket
import sys
import time

HOST = "dc1.kcd.test"
losing = {}  # connection: when to close it, once an answer was thrown away
pairs = {}


def close(connection):
    other = pairs.pop(connection, None)
    for one in (connection, other):
        if one is not None:
            pairs.pop(one, None)
            losing.pop(one, None)
            selector.unregister(one)
            one.close()


def on_signal(_number, _frame):
    losing.update((one, None) for one in pairs)


def accept(listener):
    client, _ = listener.accept()
    server = socket.create_connection((HOST, int(sys.argv[2])))
    pairs[client], pairs[server] = server, client
    servers.add(server)
    for one in (client, server):
        selector.register(one, selectors.EVENT_READ)


def forward(connection):
    data = connection.recv(65536)
    if not data:
        close(connection)
    elif connection in losing and connection in servers:
        losing[connection] = losing[connection] or time.monotonic() + 0.5
    else:
        pairs[connection].sendall(data)


def close_late():
    for connection in [one for one, when in losing.items() if when and when < time.monotonic()]:
        close(connection)


servers = set()
selector = selectors.DefaultSelector()
signal.signal(signal.SIGUSR1, on_signal)
listening = socket.create_server((HOST, int(sys.argv[1])))
selector.register(listening, selectors.EVENT_READ)
print("ready", flush=True)
while True:
    close_late()
    for key, _events in selector.select(0.1):
        if key.fileobj is listening:
            accept(listening)
        elif key.fileobj in pairs:
            forward(key.fileobj)
