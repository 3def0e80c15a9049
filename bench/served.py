"""What the rows of the server share: `heed serve` as a child, load on it, and a database server of their own."""

import contextlib
import glob
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import decoding
import harness
import spine
from harness import Missing

sys.path.insert(0, str(harness.ROOT / "clients" / "python"))

from heed_client import Candidate, Client, Decision, HeedError  # noqa: E402,F401

CONNECTIONS = 64  # that ask again and again where capacity is measured


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Served:
    """A server over a folder of models. Its log goes to a file, as in production."""

    def __init__(self, models, *options, store=None):
        self.models, self.options = Path(models), options
        self.store = store or f"sqlite:{self.models}/events.sqlite"
        self.port = free_port()
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.end(signal.SIGTERM)

    def start(self):
        """Returns when it is ready; the seconds that took."""
        begin = time.monotonic()
        with open(self.models / "log", "ab") as log:
            self.process = subprocess.Popen([harness.program("heed"), "serve", "--models", str(self.models), "--port",
                                             str(self.port), "--store", self.store, *self.options],
                                            stdout=log, stderr=log)
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > begin + 60:
                raise Missing(f"heed serve did not start: {(self.models / 'log').read_text()[-300:].strip()}")
            time.sleep(0.001)
        return time.monotonic() - begin

    def is_ready(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                connection.sendall(b"GET /v2/health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n")
                return connection.recv(64).startswith(b"HTTP/1.1 200")
        except OSError:
            return False

    def end(self, number):
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def client(self, **options):
        return Client(self.url, **options)

    def resident_megabytes(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) * 1024 / 1e6

    def metric(self, name):
        """The sum of a metric of /metrics over its labels."""
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            text = b"".join(iter(lambda: connection.recv(1 << 16), b"")).decode()
        return sum(float(value) for value in re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.M))

    # Load, as bench/serve_load.cpp describes it.

    def begin_load(self, requests, seconds, connections=CONNECTIONS, rate=0.0, deadline_ms=0, varying=()):
        plan = {"port": self.port, "connections": connections, "seconds": seconds, "rate": rate, "deadline_ms": deadline_ms,
                "varying": varying, "requests": requests}
        load = subprocess.Popen([harness.program("serve_load")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)
        load.stdin.write(json.dumps(plan))
        load.stdin.close()
        return load

    @staticmethod
    def end_load(load):
        output, problem = load.stdout.read(), load.stderr.read()
        if load.wait() != 0:
            raise Missing(problem.strip())
        return json.loads(output)

    def load(self, requests, seconds, **options):
        return self.end_load(self.begin_load(requests, seconds, **options))

    def capacity(self, requests, seconds):
        """Requests a second, with so many clients that batches fill."""
        return self.load(requests, seconds)["answered_per_second"]


def failures(result):
    """Of a load: whatever is no right answer."""
    others = sum(count for status, count in result["statuses"].items() if status != "200")
    return others + result["wrong"] + result["broken"] + result["unanswered"]


def post(path, body):
    return {"method": "POST", "path": path, "body": json.dumps(body, ensure_ascii=False)}


def translator():
    """The int8 translator of Multi30k: the directory that HEED_TRANSLATOR names, else the one of translate-bleu."""
    named = os.environ.get("HEED_TRANSLATOR")
    return Path(named) if named else decoding.quantised(decoding.translator(), "int8")[0]


def translator_note():
    """For the quality of a row, where its translator was named."""
    named = os.environ.get("HEED_TRANSLATOR")
    return {"note": f"with HEED_TRANSLATOR={named}"} if named else {}


def sentences():
    return Path(harness.data(spine.TEST_SET + ".en")).read_text(encoding="utf-8").splitlines()


@contextlib.contextmanager
def folder_of_models(*wanted):
    """A folder with `classifier` (random, 4 layers, D 256, version 1 fp32, version 2 int8) and texts.txt (32 tokens each), and
    the translator under each other name."""
    harness.build("heed", "serve_load", "serve_engine")
    with tempfile.TemporaryDirectory(prefix="heed-serve-") as name:
        folder = Path(name)
        for model in wanted:
            if model == "classifier":
                harness.run(harness.program("serve_engine"), "write", folder, 256)
            else:
                shutil.copytree(translator(), folder / model, symlinks=True)
        yield folder


def texts_of(folder):
    return (folder / "texts.txt").read_text(encoding="utf-8").splitlines()


@contextlib.contextmanager
def private_postgresql():
    """The URL of a cluster of its own, on loopback, run by a user without rights."""
    programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    if not programs:
        raise Missing("no PostgreSQL here: apt-get install postgresql")
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="heed-postgresql-") as folder:
        if as_user:
            shutil.chown(folder, "postgres")
        port, data = free_port(), f"{folder}/data"
        harness.run(*as_user, f"{programs[-1]}/initdb", "-D", data, "-U", "heed", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        control = [*as_user, f"{programs[-1]}/pg_ctl", "-D", data, "-w"]
        with open(os.devnull, "wb") as nowhere:
            subprocess.run([*control, "-l", f"{folder}/log", "-o", f"-p {port} -c listen_addresses=127.0.0.1 -k {folder}", "start"],
                           stdout=nowhere, stderr=nowhere, check=True, cwd=folder)
            try:
                yield f"postgresql://heed@127.0.0.1:{port}/postgres"
            finally:
                subprocess.run([*control, "-m", "immediate", "stop"], stdout=nowhere, stderr=nowhere, check=False, cwd=folder)
