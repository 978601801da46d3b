#!/usr/bin/python3
"""A relay in front of the KDC that is slow, and counts how many requests wait for their answers at the same time.

usage: crowd.py FROM:PORT TO:PORT MS FILE [shut]
Every connection brings one request and takes its answer, which is held back for MS milliseconds; with "shut" no answer
goes out before SIGUSR1. FILE holds the largest number that waited at the same time, and how many came in all. Prints
"ready" when it listens.
"""
import os
import signal
import socket
import sys
import threading
import time

LISTEN, TO, MS, FILE = sys.argv[1:5]
opened = threading.Event()
lock = threading.Lock()
count = {"now": 0, "most": 0, "all": 0}


def address(text):
    host, port = text.rsplit(":", 1)
    return host, int(port)


def note(step):
    with lock:
        count["now"] += step
        count["most"] = max(count["most"], count["now"])
        count["all"] += step > 0
        with open(FILE + ".new", "w", encoding="ascii") as file:
            print(count["most"], count["all"], file=file)
        os.replace(FILE + ".new", FILE)


def receive(connection):
    with connection.makefile("rb") as stream:
        length = stream.read(4)
        return length + stream.read(int.from_bytes(length, "big"))


def serve(client):
    with client, socket.create_connection(address(TO)) as kdc:
        request = receive(client)
        if not request:
            return
        note(+1)
        kdc.sendall(request)
        answer = receive(kdc)
        opened.wait()
        time.sleep(int(MS) / 1000)
        note(-1)  # before the client has it, and can ask again
        try:
            client.sendall(answer)
        except OSError:
            pass  # it has gone away meanwhile


def main():
    if sys.argv[5:] != ["shut"]:
        opened.set()
    signal.signal(signal.SIGUSR1, lambda *_: opened.set())
    server = socket.create_server(address(LISTEN))
    print("ready", flush=True)
    while True:
        threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()


main()
