#!/usr/bin/env python3
"""A capture to play: 1000 requests in 100 s, each answered after 1 to 40 ms but every hundredth. The same bytes each time.

played.py FILE [BYTES TO LEAVE OUT AT ITS END]"""
import struct, sys

START_S = 1700000000


def sip(i, code):
    start = "SIP/2.0 %d OK" % code if code else "OPTIONS sip:b@10.0.0.1 SIP/2.0"
    return ("%s\r\nVia: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bK-%d\r\nFrom: <sip:a@10.0.0.9>;tag=f%d\r\nTo: <sip:b@10.0.0.1>%s\r\n"
            "Call-ID: c%d@10.0.0.9\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n" %
            (start, i, i, ";tag=t" if code else "", i)).encode()


def packet(us, i, code):
    src, dst = (b"\n\0\0\1", b"\n\0\0\x09") if code else (b"\n\0\0\x09", b"\n\0\0\1")
    text = sip(i, code)
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 28 + len(text), 0, 0, 64, 17, 0) + src + dst
    raw = ip + struct.pack(">HHHH", 5060, 5060, 8 + len(text), 0) + text
    return us, struct.pack("<IIII", START_S + us // 1000000, us % 1000000, len(raw), len(raw)) + raw


packets = []
for n in range(1000):
    packets.append(packet(n * 100000, n, 0))
    if n % 100 != 99:
        packets.append(packet(n * 100000 + 1000 + n * 7919 % 39000, n, 200))
data = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101) + b"".join(p for _, p in sorted(packets))
with open(sys.argv[1], "wb") as f:
    f.write(data[:len(data) - int((sys.argv[2:] or ["0"])[0])])
