// SPDX-License-Identifier: BSD-2-Clause
// web_relay.js PORT PAGE LOG: serves the page, relays text between the WebSocket connections of it (RFC 6455, by hand), and
// writes what the page logs: lines "name ns", CLOCK_MONOTONIC. Only what a browser sends here: final frames under 64 KiB.
//
// The page's clock is joined to ours by an exchange on the socket, as NTP does it: it sends its performance.now(), we
// answer with our time, it takes the closest of many.
'use strict';
const crypto = require('crypto');
const fs = require('fs');
const http = require('http');

const [port, page, log] = process.argv.slice(2);
const ends = new Set();

function frame(text) {
  const body = Buffer.from(text);
  const head = body.length < 126 ? Buffer.from([0x81, body.length]) :
    Buffer.from([0x81, 126, body.length >> 8, body.length & 255]);
  return Buffer.concat([head, body]);
}

function take(end, text) {
  const message = JSON.parse(text);
  if (message.type === 'clock') {
    end.write(frame(JSON.stringify({type: 'clock', page: message.page, ns: String(process.hrtime.bigint())})));
  } else if (message.type === 'times') {
    fs.writeFileSync(log, message.times.map(([name, ns]) => `${name} ${ns}\n`).join(''));
  } else {
    for (const other of ends) {
      if (other !== end) {
        other.write(frame(text));
      }
    }
  }
}

function read(end, held) {
  for (;;) {
    if (held.length < 6) {
      return held;
    }
    let length = held[1] & 127, at = 2;
    if (length === 126) {
      length = held.readUInt16BE(2);
      at = 4;
    }
    if (held.length < at + 4 + length) {
      return held;
    }
    const mask = held.subarray(at, at + 4), body = Buffer.from(held.subarray(at + 4, at + 4 + length));
    for (let i = 0; i < length; i++) {
      body[i] ^= mask[i & 3];
    }
    if ((held[0] & 15) === 1) {
      take(end, body.toString());
    }
    held = held.subarray(at + 4 + length);
  }
}

const server = http.createServer((request, response) => {
  response.writeHead(200, {'Content-Type': 'text/html', 'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp'});
  response.end(fs.readFileSync(page));
});
server.on('upgrade', (request, end) => {
  const accept = crypto.createHash('sha1')
    .update(request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
  let held = Buffer.alloc(0);
  end.setNoDelay(true);
  end.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    `Sec-WebSocket-Accept: ${accept}\r\n\r\n`);
  ends.add(end);
  end.on('data', part => { held = read(end, Buffer.concat([held, part])); });
  end.on('close', () => ends.delete(end));
  end.on('error', () => ends.delete(end));
});
server.listen(Number(port), '127.0.0.1', () => console.log('ready'));
