"""The anchor: connect to every address of a list with epoll, 500 at a time, one second each."""

import select
import socket
import sys
import time
from pathlib import Path

WINDOW, SECONDS = 500, 1.0


def main(addresses):
    poller, waiting, opened = select.epoll(), {}, 0
    todo = iter(addresses)
    more = True
    while waiting or more:
        while more and len(waiting) < WINDOW:
            address = next(todo, None)
            if address is None:
                more = False
                break
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex((address, 443))
            poller.register(sock, select.EPOLLOUT)
            waiting[sock.fileno()] = sock, time.monotonic() + SECONDS
        for number, _ in poller.poll(0.02):
            sock, _ = waiting.pop(number)
            opened += sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
            sock.close()
        now = time.monotonic()
        for number in [one for one, (_, end) in waiting.items() if end < now]:
            waiting.pop(number)[0].close()
    print(opened)


if __name__ == "__main__":
    main(Path(sys.argv[1]).read_text().split())
