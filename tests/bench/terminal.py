# SPDX-License-Identifier: BSD-2-Clause
"""Runs a full-screen program on a pseudo terminal of 80x24 and prints what it cost.

terminal.py SECONDS MARK KEYS COMMAND...   MARK is in its first picture; KEYS are typed after that ("-": none); SECONDS are then
measured, from two seconds later: first_ms=N cpu_percent=N refresh_cnt=N median_bytes=N largest_bytes=N
"""
import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import sys
import termios
import time

QUIET_S = 0.15  # ends a refresh
SETTLE_S = 2
FIRST_LIMIT_S = 20


def cpu_ns(pid):
    """Of all its threads; utime and stime are counted in ticks, too coarse for something that is quick once a second."""
    total = 0
    for thread in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/schedstat" % (pid, thread), encoding="ascii") as stat:
            total += int(stat.read().split()[0])
    return total


def start(command):
    """Executes once the terminal has its size."""
    pid, fd = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        os.environ.update(TERM="xterm-256color", LANG="C.UTF-8")
        os.execvp(command[0], command)
    return pid, fd


def read_until(fd, end, mark=None):
    """Sizes of the refreshes; with a mark: ends when it came."""
    sizes, size, seen = [], 0, b""
    while time.monotonic() < end:
        ready, _, _ = select.select([fd], [], [], min(QUIET_S, max(0, end - time.monotonic())))
        if not ready:
            if size:
                sizes.append(size)
            size = 0
            continue
        data = os.read(fd, 65536)
        size += len(data)
        if mark:
            seen += data
            if mark in seen:
                return [size]
    if mark:
        sys.exit("terminal.py: '%s' never came; the end of what did: %r" % (mark.decode(), seen[-300:]))
    return sizes + [size] if size else sizes


def main():
    seconds, mark, keys, command = float(sys.argv[1]), sys.argv[2].encode(), sys.argv[3], sys.argv[4:]
    begin = time.monotonic()
    pid, fd = start(command)
    try:
        read_until(fd, begin + FIRST_LIMIT_S, mark)
        first_ms = (time.monotonic() - begin) * 1000
        if keys != "-":
            os.write(fd, keys.encode())
        read_until(fd, time.monotonic() + SETTLE_S)
        before_ns, since = cpu_ns(pid), time.monotonic()
        sizes = read_until(fd, since + seconds)
        cpu_s = (cpu_ns(pid) - before_ns) / 1e9
        span_s = time.monotonic() - since
    finally:
        os.kill(pid, signal.SIGTERM)
        os.close(fd)
        os.waitpid(pid, 0)
    print("first_ms=%.0f cpu_percent=%.2f refresh_cnt=%d median_bytes=%d largest_bytes=%d" % (
        first_ms, 100 * cpu_s / span_s, len(sizes), statistics.median(sizes or [0]), max(sizes or [0])))


if __name__ == "__main__":
    main()
