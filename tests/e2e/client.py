# SPDX-License-Identifier: BSD-2-Clause
"""Clients of the daemon's socket that behave badly: vanish, deaf, babble."""
import os
import signal
import socket
import sys

SNAPSHOT = b'{"cmd":"snapshot","view":"stages"}\n'


def vanish(sock):
    """Asks, and is killed before it reads the answer."""
    sock.sendall(SNAPSHOT * 20)
    if os.fork() == 0:
        sock.sendall(SNAPSHOT)
        os.kill(os.getpid(), signal.SIGKILL)
    os.wait()


def deaf(sock):
    """Asks until the daemon has had enough; never reads."""
    sock.settimeout(3)
    try:
        for _ in range(100000):
            sock.sendall(SNAPSHOT)
    except OSError:
        pass


def babble(sock):
    """Sends what is no request and prints the answers."""
    sock.settimeout(3)
    try:
        for line in (b"hello?\n", b'{"cmd":"no such command"}\n', b"\x00\xff\xfe\n", b"[" * 3000 + b"\n", b"{" + b"x" * 200000):
            sock.sendall(line)
    except OSError:
        pass
    sock.shutdown(socket.SHUT_WR)
    try:
        while True:
            data = sock.recv(65536)
            if not data:
                break
            sys.stdout.write(data.decode("utf-8", "replace"))
    except OSError:
        pass


def main():
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(sys.argv[1])
        {"vanish": vanish, "deaf": deaf, "babble": babble}[sys.argv[2]](sock)


if __name__ == "__main__":
    main()
