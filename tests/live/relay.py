#!/usr/bin/python3
"""relay.py FROM:PORT TO:PORT [FROM:PORT TO:PORT]...

Listens at each FROM and hands every TCP connection on to its TO, unchanged: one name for two servers, or a server of
which only some ports can be reached, or an address of IPv6 ("[::1]:88"). Prints "ready" when all listen.
"""
import socket
import sys
import threading


def address(text):
    host, port = text.rsplit(":", 1)
    return host.strip("[]"), int(port)


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(server, to):
    while True:
        client, _ = server.accept()
        other = socket.create_connection(to)
        for pair in ((client, other), (other, client)):
            threading.Thread(target=pump, args=pair, daemon=True).start()


def main():
    threads = []
    for listen, to in zip(sys.argv[1::2], sys.argv[2::2]):
        family = socket.AF_INET6 if listen.startswith("[") else socket.AF_INET
        server = socket.create_server(address(listen), family=family)
        threads.append(threading.Thread(target=serve, args=(server, address(to)), daemon=True))
    for thread in threads:
        thread.start()
    print("ready", flush=True)
    for thread in threads:
        thread.join()


main()
