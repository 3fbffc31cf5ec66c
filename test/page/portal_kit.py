"""What the portal's tests share: the program, a server of it and questions to that server."""
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time

from tap import must

SUNLOT = os.path.abspath(sys.argv[1])


class Server:
    """The program serving a folder; its address, and how it ended."""

    def __init__(self, data, *more):
        self.data = data
        self.log = open(os.path.join(os.path.dirname(data), "access.log"), "ab")
        began = time.time()
        self.process = subprocess.Popen([SUNLOT, "--data", data, "serve", "--port", "0", *more],
                                        stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = ""
        while "http://" not in line:
            line = self.process.stdout.readline()
            must(line, "the server did not start")
        self.port = int(re.search(r":(\d+)/", line).group(1))
        self.started = time.time() - began

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=30)
        self.process.stdout.close()
        self.log.close()
        return code

    def ask(self, path, method="GET", headers=None, body=None):
        """Status, headers (lower case), body as sent."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        link.request(method, path, body=body, headers={"Accept-Language": "zh", **(headers or {})})
        answer = link.getresponse()
        data = answer.read()
        link.close()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, data

    def raw(self, data, wait=10, pause=None):
        """Every byte that comes back for these bytes until the server closes or is silent."""
        link = socket.create_connection(("127.0.0.1", self.port), timeout=wait)
        got = b""
        try:
            for piece in [data] if pause is None else [data[i:i + 1] for i in range(len(data))]:
                link.sendall(piece)
                if pause is not None:
                    time.sleep(pause)
            while True:
                piece = link.recv(65536)
                if not piece:
                    break
                got += piece
        except (TimeoutError, ConnectionResetError, BrokenPipeError):
            pass
        link.close()
        return got


def command(*words):
    """The program's output; it must end with 0."""
    done = subprocess.run([SUNLOT, *words], capture_output=True, text=True)
    must(done.returncode == 0, "sunlot %s: %s" % (" ".join(words), done.stderr))
    return done.stdout
