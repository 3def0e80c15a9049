"""The row loop-kill: one server's market under kill -9, its clients asking until they are answered."""

import collections
import itertools
import json
import random
import shutil
import signal
import sqlite3
import threading
import time
import urllib.error
import urllib.request

import harness
from served import Served, folder_of_models

PEOPLE = [f"p{number}" for number in range(6)] + ["安", "李"]
KILLS = 20
BUSY = 8  # answers since the last start, before it is killed again
SETTINGS = ("apps.economy.enabled=true", "apps.economy.minutes=1440", 'apps.economy.most=["slates=200"]')
TITLES = ["Oil prices fall as talks collapse", "Central bank cuts rates", "新款手机电池续航大幅提升", "Rail strikes to go ahead",
          "外卖平台调整配送费", "House prices rise in the north", "Airline orders new planes", "城市公园夜间开放"]


class Clients:
    """A thread an application. Each asks again, with the same id, until it is answered, and keeps what it was told."""

    def __init__(self, server):
        self.server, self.stopping, self.lock = server, threading.Event(), threading.Lock()
        self.grants, self.settled, self.digests, self.deeds, self.refused = {}, set(), set(), 0, 0
        self.problems = []
        tasks = [("alerts", 0.3, 0.9), ("agents", 0.5, 1), ("slates", 0.05, 0.1)]  # minutes, value
        self.threads = [threading.Thread(target=self.guard, args=(self.bid, *task)) for task in tasks]
        self.threads.append(threading.Thread(target=self.guard, args=(self.read,)))
        for thread in self.threads:
            thread.start()

    def guard(self, work, *arguments):
        try:
            work(*arguments)
        except Exception as problem:  # told at the end: a thread's death must not look like silence
            self.problems.append(f"{work.__name__}{arguments}: {problem!r}")

    def ask(self, path, body):
        """The answer, or None at the end."""
        while not self.stopping.is_set():
            request = urllib.request.Request(self.server.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
            try:
                with urllib.request.urlopen(request, timeout=10) as reply:
                    return json.load(reply)
            except urllib.error.HTTPError as error:
                if error.code not in (429, 503):
                    raise RuntimeError(f"{path}: {error.code} {error.read()[:300]}") from error
            except (OSError, ValueError):  # it was killed while it answered
                pass
            time.sleep(0.01)
        return None

    def bid(self, task, minutes, value):
        chance = random.Random(task)
        for number in itertools.count():
            bid = f"{task}-{number}"
            told = self.ask("/v1/economy/minutes", {"bids": [{
                "id": bid, "person": chance.choice(PEOPLE), "task": task, "minutes": minutes, "value": value * chance.uniform(0.5, 2),
                "own": task == "agents"}]})
            if told is None:
                return
            self.refused += not told["grants"][0]["given"]
            if not told["grants"][0]["given"]:
                continue
            with self.lock:
                self.grants[bid] = minutes
            share = chance.uniform(0, 1)
            if self.ask("/v1/economy/minutes/settle", {"bids": [{"id": bid, "retained": share * minutes, "lost": (1 - share) * minutes / 2}]}):
                with self.lock:
                    self.settled.add(bid)

    def read(self):
        chance = random.Random("digest")
        for number in itertools.count():
            reader = chance.choice(PEOPLE)
            items = [{"id": f"{number}-{place}", "title": f"{title} {number}", "source": f"s{place % 3}"} for place, title in enumerate(TITLES)]
            made = self.ask("/v1/digest", {"reader": reader, "minutes": 1, "items": items})
            if made is None:
                return
            if not made["digest"]:
                continue
            with self.lock:
                self.digests.add(made["digest"])
            for story in made["stories"]:
                done = self.ask("/v1/digest/feedback", {"reader": reader, "item": story["id"], "kind": chance.choice(["read", "skip"]),
                                                        "digest": made["digest"], "title": story["title"]})
                self.deeds += done is not None

    def answered(self):
        return len(self.grants) + len(self.settled) + len(self.digests) + self.deeds + self.refused

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()


def prices(server):
    """The greatest relative difference of what four tasks are told of one person's minute, asked one after another."""
    spread = 0.0
    for person in PEOPLE:
        told = []
        for task in ("alerts", "agents", "slates", "digest"):
            body = {"bids": [{"id": f"price-{person}-{task}", "person": person, "task": task, "minutes": 0.1, "value": 0}]}
            request = urllib.request.Request(server.url + "/v1/economy/minutes", json.dumps(body).encode(), {"Content-Type": "application/json"})
            with urllib.request.urlopen(request) as reply:
                told.append(json.load(reply)["grants"][0]["price"])
        if max(told) > 0:
            spread = max(spread, (max(told) - min(told)) / max(told))
    return spread


def loop_kill(_fresh, kills=KILLS, seed=6):
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    harness.build("heed")
    chance = random.Random(seed)
    with folder_of_models() as folder:
        shutil.copytree(harness.ROOT / "tests/infer/golden/classifier", folder / "classifier", symlinks=True)
        store = folder / "events.sqlite"
        server = Served(folder, *itertools.chain.from_iterable(("--set", setting) for setting in SETTINGS), store=f"sqlite:{store}")
        server.start()
        clients = Clients(server)
        busy = 0
        try:
            for _ in range(kills):
                before, deadline = clients.answered(), time.monotonic() + 20
                while clients.answered() < before + BUSY and time.monotonic() < deadline:
                    time.sleep(0.005)
                busy += clients.answered() >= before + BUSY
                time.sleep(chance.uniform(0, 0.3))
                server.end(signal.SIGKILL)
                server.start()
            time.sleep(1)
        finally:
            clients.stop()
        spread = prices(server)
        server.end(signal.SIGTERM)
        audit = harness.run(harness.program("heed"), "economy", "ledger", "audit", "--store", f"sqlite:{store}")
        with sqlite3.connect(store) as database:
            postings = collections.Counter(identity for (identity,) in database.execute("SELECT posting_id FROM postings"))
            balances = dict(database.execute("SELECT stage, SUM(milliseconds) FROM balances GROUP BY stage"))
            decisions = collections.Counter(identity for (identity,) in database.execute("SELECT event_id FROM decisions WHERE app = 'digest'"))
    if clients.problems:
        raise harness.Missing("; ".join(clients.problems))
    settled = [bid for bid in clients.settled if not any(f"{what}:{bid}" in postings for what in ("retained", "lost", "back"))]
    return {"lost": sum(f"grant:{bid}" not in postings for bid in clients.grants) + len(settled) + sum(identity not in decisions for identity in clients.digests),
            "twice": sum(count > 1 for count in (postings + decisions).values()),
            "unbalanced_ms": abs(sum(balances.values())),
            "kills": busy, "decisions": len(clients.grants) + len(clients.digests), "settled": len(clients.settled) + clients.deeds,
            "refused": clients.refused, "price_spread": round(100 * spread, 3)}, {"audit": audit.strip().splitlines()[-1], "balances": balances, "seed": seed}
