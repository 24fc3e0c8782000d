"""Writes a capture (pcap, ns) of HTTP/1.1 over TCP, as a script says: keep-alive, heads and bodies cut into segments,
a segment sent twice, two connections at once. No network, no privileges."""
import socket
import struct

CLIENT, SERVER, PORT = "192.0.2.10", "192.0.2.20", 8090
SYN, ACK, PSH, FIN = 2, 16, 8, 1


def total(data):
    data += b"\0" * (len(data) % 2)
    s = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while s >> 16:
        s = (s & 0xffff) + (s >> 16)
    return ~s & 0xffff


def packet(src, dst, seq, ack, flags, data):
    ends = socket.inet_aton(src[0]) + socket.inet_aton(dst[0])
    tcp = struct.pack("!HHIIBBHHH", src[1], dst[1], seq, ack, 5 << 4, flags, 65535, 0, 0) + data
    tcp = tcp[:16] + struct.pack("!H", total(ends + struct.pack("!HH", 6, len(tcp)) + tcp)) + tcp[18:]
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, 6, 0) + ends
    return bytes(12) + b"\x08\x00" + ip[:10] + struct.pack("!H", total(ip)) + ip[12:] + tcp


class Connection:
    def __init__(self, packets, port, ns):
        self.packets, self.ns = packets, ns
        self.end = {True: (CLIENT, port), False: (SERVER, PORT)}
        self.seq = {True: 0x10000000 + port, False: 0x20000000 + port}
        for is_client, flags in ((True, SYN), (False, SYN | ACK)):
            self.add(is_client, flags, b"")
            self.seq[is_client] += 1
        self.add(True, ACK, b"")

    def add(self, is_client, flags, data, back=0):
        self.ns += 10007
        ack = self.seq[not is_client] if flags & ACK else 0
        self.packets.append((self.ns, packet(self.end[is_client], self.end[not is_client], self.seq[is_client] - back, ack, flags, data)))

    def say(self, is_client, data, cuts=(), gap_ns=0, again=False):
        """data in segments that end at cuts, gap_ns between; again: each one twice."""
        at = 0
        for end in (*cuts, len(data)):
            part = data[at:end]
            self.add(is_client, PSH | ACK, part)
            self.seq[is_client] += len(part)
            if again:
                self.add(is_client, PSH | ACK, part, len(part))
            self.add(not is_client, ACK, b"")
            self.ns += gap_ns
            at = end

    def close(self):
        for is_client in (True, False):
            self.add(is_client, FIN | ACK, b"")
            self.seq[is_client] += 1
        self.add(True, ACK, b"")


def request(method, path, body=b""):
    head = f"{method} {path} HTTP/1.1\r\nHost: example.com\r\n"
    return (head + (f"Content-Length: {len(body)}\r\n" if body else "") + "\r\n").encode() + body


def response(status, body=b"", extra=""):
    return f"HTTP/1.1 {status}\r\n{extra or f'Content-Length: {len(body)}' + chr(13) + chr(10)}\r\n".encode() + body


CHUNKS = b"5\r\nhello\r\n400\r\n" + b"c" * 1024 + b"\r\n0\r\n\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n"

# request, its cuts; response, its cuts; ns between segments; ns the server takes; each segment of the response twice
TALK = (
    (request("GET", "/short"), (), response("200 OK", b"hi"), (), 0, 1234567, False),
    (request("POST", "/offer", b"o" * 3000), (1400, 2800), response("201 Created", b"a" * 100), (), 700001, 5000000, False),
    (request("GET", "/long"), (), response("200 OK", b"l" * 9000), (1400, 2800, 4200, 5600, 7000, 8400), 300003, 42000000, False),
    (request("PUT", "/head-cut", b"p" * 50), (9, 40), response("200 OK", b"b" * 500), (5, 20, 60), 250007, 2000000, False),
    (request("GET", "/chunks"), (), response("200 OK", CHUNKS, CHUNKED), (48, 60, 500), 400009, 7000000, False),
    (request("HEAD", "/long"), (), response("200 OK", b"", "Content-Length: 9000\r\n"), (), 0, 900000, False),
    (request("DELETE", "/gone"), (), response("204 No Content", b"", "Server: s\r\n"), (), 0, 3100000, False),
    (request("GET", "/twice"), (), response("200 OK", b"t" * 3000), (1400, 2800), 100001, 1500000, True),
    (request("GET", "/none"), (), response("404 Not Found", b"no"), (), 0, 654321, False),
)


def write(path):
    """Returns how many requests are answered in it."""
    packets = []
    for port, ns in ((40001, 0), (40002, 3333333)):
        c = Connection(packets, port, 1700000000 * 10**9 + ns)
        for ask, ask_cuts, answer, cuts, gap_ns, wait_ns, again in TALK:
            c.say(True, ask, ask_cuts, gap_ns)
            c.ns += wait_ns
            c.say(False, answer, cuts, gap_ns, again)
            c.ns += 1000000
        c.close()
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xa1b23c4d, 2, 4, 0, 0, 65535, 1))
        for ns, data in sorted(packets):
            f.write(struct.pack("<IIII", ns // 10**9, ns % 10**9, len(data), len(data)) + data)
    return 2 * len(TALK)
