"""nginx with the sample configuration of docs/serve in front of a portal, for who tries it."""
import os
import re
import socket
import ssl
import subprocess
import time

from tap import must

SOURCE = os.environ.get("SUNLOT_SOURCE", ".")
NAME = "portal.example.gov.cn"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


def openssl(*words):
    subprocess.run(["openssl", *words], check=True, capture_output=True)


class Front:
    """nginx with the sample configuration; only its three marked lines and ports are changed."""

    def __init__(self, portal, home):
        """portal: its port; home: a folder that nginx's workers may read."""
        self.plain, self.secure = free_port(), free_port()
        self.certificate = os.path.join(home, "fullchain.pem")
        self.certify(home)
        with open(os.path.join(SOURCE, "docs/serve/nginx.conf"), encoding="utf-8") as f:
            sample = f.read()
        must(sample.count("# <--") == 3, "the sample has other marked lines than its head says")
        changed = re.sub(r"    listen \[::\].*\n", "", sample)
        for old, new in ((":8080;", ":%d;" % portal), ("listen 80;", "listen 127.0.0.1:%d;" % self.plain),
                         ("listen 443 ", "listen 127.0.0.1:%d " % self.secure), ("/etc/ssl/sunlot", home)):
            must(old in changed, "the sample does not hold " + old)
            changed = changed.replace(old, new)
        conf = os.path.join(home, "nginx.conf")
        with open(conf, "w", encoding="utf-8") as f:
            f.write("daemon off; pid %s/pid; error_log %s/error.log; events {}\nhttp { access_log off;\n" % (home, home))
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"):
                f.write("%s_temp_path %s/%s;\n" % (kind, home, kind))
            f.write(changed + "}\n")
        tested = subprocess.run(["nginx", "-t", "-c", conf], capture_output=True, text=True)
        must(tested.returncode == 0, tested.stderr)
        must("[warn]" not in tested.stderr, tested.stderr)
        self.process = subprocess.Popen(["nginx", "-c", conf], stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.secure), timeout=1).close()
                return
            except OSError:
                time.sleep(0.05)
        must(False, "nginx did not start")

    def certify(self, home):
        """Puts fullchain.pem and key.pem there: a certificate that signs itself."""
        openssl("req", "-x509", *KEY, "-subj", "/CN=" + NAME, "-addext", "subjectAltName=DNS:" + NAME, "-days", "2",
                "-keyout", os.path.join(home, "key.pem"), "-out", self.certificate)

    def curl(self, url, *more):
        """Status line and headers, then the body, of one request."""
        done = subprocess.run(["curl", "-sS", "-i", "--cacert", self.certificate, "--resolve",
                               "%s:%d:127.0.0.1" % (NAME, self.secure), *more, url], capture_output=True, timeout=60)
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        return done.returncode, head.decode("latin-1").lower(), body

    def page(self, path, *more):
        return self.curl("https://%s:%d%s" % (NAME, self.secure, path), *more)

    def raw(self, data):
        """All that comes back over TLS until the other side closes, or is silent."""
        context = ssl.create_default_context(cafile=self.certificate)
        got = b""
        with context.wrap_socket(socket.create_connection(("127.0.0.1", self.secure), timeout=5),
                                 server_hostname=NAME) as link:
            try:
                link.sendall(data)
                while piece := link.recv(65536):
                    got += piece
            except (TimeoutError, OSError):
                pass
        return got

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)
