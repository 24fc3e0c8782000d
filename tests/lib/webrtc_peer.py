#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""A WebRTC peer (aiortc) that offers by HTTP POST, or answers it, and logs when it did what: lines "name ns", CLOCK_MONOTONIC.

webrtc_peer.py answer IP PORT LOG
webrtc_peer.py offer IP PORT LOG

States of ICE and DTLS are logged twice: by aiortc's events, which its event loop delivers when it comes round to them, and
where a datagram is handed to the socket or comes from it (check, nominated, hello, finished, media), which is the work itself."""
import asyncio
import json
import socket
import sys
import time

import aioice.ice
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack

FIRST = {}


def mark(name):
    """The first time only."""
    FIRST.setdefault(name, time.clock_gettime_ns(time.CLOCK_MONOTONIC))


def classify(data):
    """RFC 7983, and within DTLS the record and handshake types (RFC 6347 4.1, 4.2.2)."""
    if data[0] < 4:
        if data[0] == 0 and data[1] == 1:
            return "check_use" if b"\x00\x25\x00\x00" in data[20:] else "check"
        return "success" if data[:2] == b"\x01\x01" else "stun"
    if 20 <= data[0] < 64:
        if data[0] == 22 and len(data) > 13 and data[3:5] == b"\x00\x00" and data[13] == 1:
            return "hello"
        return {20: "ccs", 22: "handshake", 23: "application"}.get(data[0], "dtls")
    return "media" if data[0] >= 128 else "other"


def watch_datagrams():
    """aioice's sockets: what leaves and comes, before anybody else handles it."""
    protocol = aioice.ice.StunProtocol
    received = protocol.datagram_received

    def datagram_received(self, data, addr):
        mark("in_" + classify(data))
        received(self, data, addr)

    def connection_made(self, transport, made=protocol.connection_made):
        sendto = transport.sendto

        def logged(data, addr=None):
            mark("out_" + classify(bytes(data[:200])))
            sendto(data, addr)
        transport.sendto = logged
        made(self, transport)
    protocol.datagram_received = datagram_received
    protocol.connection_made = connection_made


def watch_states(connection):
    connection.on("iceconnectionstatechange", lambda: mark("ice_" + connection.iceConnectionState))
    connection.on("connectionstatechange", lambda: mark("pc_" + connection.connectionState))


def write(path):
    with open(path, "w", encoding="ascii") as log:
        for name, ns in sorted(FIRST.items(), key=lambda row: row[1]):
            print(name, ns, file=log)


def described(connection):
    return {"sdp": connection.localDescription.sdp, "type": connection.localDescription.type}


def post(address, port, body):
    """One request on a connection of its own; the time is that of the send call, not of what a library does before it."""
    data = json.dumps(body).encode()
    head = ("POST /offer HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % (
        address, len(data))).encode()
    with socket.create_connection((address, port), 20) as sock:
        mark("offer")
        sock.sendall(head + data)
        reply = bytearray()
        while True:
            part = sock.recv(65536)
            if not part:
                break
            mark("answer")
            reply += part
    return json.loads(reply.split(b"\r\n\r\n", 1)[1])


async def offer(address, port, path):
    connection = RTCPeerConnection()
    watch_states(connection)
    connection.addTrack(AudioStreamTrack())
    await connection.setLocalDescription(await connection.createOffer())
    answer = await asyncio.get_event_loop().run_in_executor(None, post, address, port, described(connection))
    await connection.setRemoteDescription(RTCSessionDescription(answer["sdp"], answer["type"]))
    for _ in range(200):
        if "in_media" in FIRST and "pc_connected" in FIRST:
            break
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.3)
    write(path)
    await connection.close()


async def answer_one(reader, writer, path):
    """One POST of one connection: enough HTTP for one offer."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    length = int(next(line.split(":")[1] for line in head.split("\r\n") if line.lower().startswith("content-length:")))
    body = json.loads(await reader.readexactly(length))
    connection = RTCPeerConnection()
    watch_states(connection)
    await connection.setRemoteDescription(RTCSessionDescription(body["sdp"], body["type"]))
    connection.addTrack(AudioStreamTrack())
    await connection.setLocalDescription(await connection.createAnswer())
    reply = json.dumps(described(connection)).encode()
    mark("answer")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
                 % len(reply) + reply)
    await writer.drain()
    writer.close()
    for _ in range(200):
        if "in_media" in FIRST and "pc_connected" in FIRST:
            break
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.2)
    write(path)


async def serve(address, port, path):
    server = await asyncio.start_server(lambda r, w: answer_one(r, w, path), address, port)
    print("ready", flush=True)
    await server.serve_forever()


def main():
    watch_datagrams()
    if sys.argv[1] == "offer":
        asyncio.run(offer(sys.argv[2], int(sys.argv[3]), sys.argv[4]))
    else:
        asyncio.run(serve(sys.argv[2], int(sys.argv[3]), sys.argv[4]))


if __name__ == "__main__":
    main()
