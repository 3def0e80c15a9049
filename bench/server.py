"""The rows of the server: heed serve under load, client and server on one machine. Each takes its times as arguments, so that
it can be tried in seconds."""

import collections
import http.client
import json
import random
import re
import shutil
import signal
import statistics
import subprocess
import threading
import time

import harness
from harness import Missing
from served import (Candidate, Decision, HeedError, Served, failures, folder_of_models, post, private_postgresql, sentences,
                    texts_of, translator_note)

WORKERS = 2
WARM = 3  # seconds


def classify_requests(texts):
    return [post("/v1/classify", {"text": text}) for text in texts]


def serve_throughput(_fresh, rounds=5, seconds=6):
    """Rounds of the server and of the engine in turn; the engine's batches are as large as the server's were in that round."""
    with folder_of_models("classifier") as folder, Served(folder, "--set", f"server.workers={WORKERS}") as server:
        requests = classify_requests(texts_of(folder))
        server.load(requests, WARM)
        measured = []
        for _ in range(rounds):
            before = server.metric("heed_batch_texts_sum"), server.metric("heed_batch_texts_count")
            result = server.load(requests, seconds, connections=128)
            if failures(result):
                raise Missing(f"requests failed: {result}")
            texts = server.metric("heed_batch_texts_sum") - before[0]
            batch = texts / (server.metric("heed_batch_texts_count") - before[1])
            engine = json.loads(harness.run(harness.program("serve_engine"), "run", folder / "classifier" / "2", folder / "texts.txt",
                                            WORKERS, batch, seconds))["texts_per_second"]
            measured.append((result["answered_per_second"], engine, batch))
    served, engine, batch = zip(*measured)
    return {"share": round(statistics.median(own / limit for own, limit, _ in measured), 3),
            "texts_per_second": round(statistics.median(served), 1),
            "engine_texts_per_second": round(statistics.median(engine), 1),
            "batch": round(statistics.median(batch), 1)}, {"rounds": measured}


def wrk(url, seconds, connections=32):
    if not shutil.which("wrk"):
        raise Missing("no wrk here: apt-get install wrk")
    said = harness.run("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", url)
    if "Non-2xx" in said or "Socket errors" in said:
        raise Missing(f"wrk: requests failed: {said}")
    return float(re.search(r"Requests/sec:\s+(\S+)", said)[1])


def serve_overhead(_fresh, seconds=10, rounds=3):
    """HTTP alone: GET /v2/health/live. Beside it the whole way through routes, JSON, queue and worker with a model of a
    few thousand weights, which does next to nothing."""
    golden = harness.ROOT / "tests/infer/golden/classifier"
    with folder_of_models() as folder:
        shutil.copytree(golden, folder / "classifier", symlinks=True)
        with Served(folder) as server:
            live, classify = {"method": "GET", "path": "/v2/health/live"}, post("/v1/classify", {"text": "where is my card"})
            server.load([live], WARM)
            asked = (("live", live), ("model", classify))
            low = {name: server.load([request], seconds, connections=1) for name, request in asked}
            paced = {name: server.load([request], seconds, connections=1, rate=200) for name, request in asked}
            rates = [wrk(server.url + "/v2/health/live", seconds) for _ in range(rounds)]
            model = server.load([classify], seconds)
    if sum(map(failures, [*low.values(), *paced.values(), model])):
        raise Missing(f"requests failed: {low} {model}")
    return {"p50": low["live"]["p50_ms"], "requests_per_second": round(statistics.median(rates), 1),
            "paced_p50": paced["live"]["p50_ms"], "model_p50": low["model"]["p50_ms"], "model_paced_p50": paced["model"]["p50_ms"], "model_requests_per_second": round(model["answered_per_second"], 1)}, \
        {"live": low["live"], "model": low["model"], "paced": paced, "wrk": rates}


def endpoints(texts, sources):
    """A name for each endpoint and what it is asked."""
    decision = {"type": "decision", "event_id": "@ID@", "app": "bench", "subject": "@ID@", "chosen": "a",
                "candidates": [{"id": "a", "score": 0.75, "propensity": 0.5, "position": 0},
                               {"id": "b", "score": 0.25, "propensity": 0.5, "position": -1}]}
    fives = [texts[at:at + 5] for at in range(0, len(texts) - 4, 5)]
    return {"classify": [post("/v1/classify", {"text": text}) for text in texts],
            "translate": [post("/v1/translate", {"q": text}) for text in sources],
            "embeddings": [post("/v1/embeddings", {"input": text, "model": "classifier"}) for text in texts],
            "rerank": [post("/v1/rerank", {"query": five[0], "documents": five[1:], "model": "classifier"}) for five in fives],
            "events": [post("/v1/events", decision)],
            "infer": [post("/v2/models/classifier/infer", {"inputs": [{"name": "text", "datatype": "BYTES", "shape": [1],
                                                                       "data": [text]}]}) for text in texts]}


def growth(samples):
    """How much more the last tenth of `samples` holds than the tenth after their middle: over the last half."""
    tenth = max(1, len(samples) // 10)
    middle = len(samples) // 2
    return statistics.mean(samples[-tenth:]) - statistics.mean(samples[middle:middle + tenth])


def serve_connections(_fresh, seconds=60, capacity_seconds=6, connections=1000, only=None):
    values, quality = {"errors": 0, "memory_growth": 0.0}, {}
    with folder_of_models("classifier", "en-de") as folder, Served(folder) as server:
        for name, requests in endpoints(texts_of(folder), sentences()[:256]).items():
            if only and name not in only:
                continue
            capacity = server.capacity(requests, capacity_seconds)
            load = server.begin_load(requests, seconds, connections=connections, rate=0.7 * capacity)
            memory = []
            while load.poll() is None:
                memory.append(server.resident_megabytes())
                time.sleep(0.25)
            result = server.end_load(load)
            values["errors"] += failures(result)
            values["memory_growth"] = round(max(values["memory_growth"], growth(memory)), 2)
            values[f"{name}_p99"] = round(result["p99_ms"], 2)
            values[f"{name}_per_second"] = round(0.7 * capacity, 1)
            quality[name] = dict(result, memory=[round(at, 1) for at in memory[::40]])
            print(name, round(capacity), result, flush=True)
    return values, dict(quality, **translator_note())


def serve_overload(_fresh, seconds=30, capacity_seconds=10, deadline_ms=1000):
    with folder_of_models("en-de") as folder, Served(folder) as server:
        requests = [post("/v1/translate", {"q": text}) for text in sentences()[:256]]
        server.load(requests, WARM)
        capacity = server.capacity(requests, capacity_seconds)
        result = server.load(requests, seconds, connections=1000, rate=3 * capacity, deadline_ms=deadline_ms)
    statuses = result["statuses"]
    return {"goodput": round(result["answered_per_second"] / capacity, 3),
            "others": failures(result) - statuses.get("429", 0),
            "late": result["late"],
            "rejected": statuses.get("429", 0),
            "capacity": round(capacity, 1),
            "p99": round(result["p99_ms"], 1)}, dict(result, **translator_note())


def serve_swap(_fresh, swaps=50, seconds=60):
    """By the API and by link and SIGHUP in turn, from one version to the other and back; a reply must be one of theirs."""
    with folder_of_models("classifier") as folder, Served(folder) as server, server.client() as client:
        def version():
            return client.models()[0].version

        def load(number):
            client._post("/v1/models/classifier/load", {"version": number})

        def point(number):
            link = folder / "classifier" / "next"
            link.symlink_to(str(number))
            link.rename(folder / "classifier" / "current")
            server.process.send_signal(signal.SIGHUP)
            while version() != number:
                time.sleep(0.005)

        requests = classify_requests(texts_of(folder)[:64])
        capacity = server.capacity(requests, WARM)
        for request in requests:
            request["expected"] = []
        for number in (1, 2):
            load(number)
            for request, reply in zip(requests, answers(server, requests)):
                request["expected"].append(reply)
        run = server.begin_load(requests, seconds, connections=100, rate=0.3 * capacity)
        done = 0
        for _ in range(swaps):
            begin = time.monotonic()
            (load if done % 2 == 0 else point)(1 if done % 2 == 0 else 2)
            done += run.poll() is None
            time.sleep(max(0.0, 0.9 * seconds / swaps - (time.monotonic() - begin)))
        result = server.end_load(run)
    return {"failed": failures(result), "swaps": done, "requests": result["sent"], "p99": round(result["p99_ms"], 1)}, result


def answers(server, requests):
    """The bodies of the replies to each, asked one after another."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    for request in requests:
        connection.request(request["method"], request["path"], request["body"].encode())
        yield connection.getresponse().read().decode()
    connection.close()


class Writers:
    """Threads that record decisions, each again and again until it is acknowledged."""

    def __init__(self, server, threads):
        self.server, self.acknowledged, self.given_up = server, [], 0
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.write) for _ in range(threads)]
        for thread in self.threads:
            thread.start()

    def write(self):
        with self.server.client(timeout=20) as client:
            while not self.stopping.is_set():
                event = Decision(app="bench", subject="张伟", chosen="a", candidates=[Candidate("a", 1.0, 1.0, 0)])
                while True:
                    try:
                        client.send_events([event])
                        self.acknowledged.append(event.event_id)
                        break
                    except HeedError as error:
                        if error.status not in (0, 429, 503):
                            raise
                        if self.stopping.is_set():
                            return
                        time.sleep(0.01)

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()


def kill_under_load(folder, store, kills, chance, threads=8):
    """How many acknowledged events are missing, and how many events stand twice."""
    server = Served(folder, store=store)
    server.start()
    writers = Writers(server, threads)
    busy = 0
    try:
        for _ in range(kills):
            before = len(writers.acknowledged)
            time.sleep(chance.uniform(0.2, 1.0))
            busy += len(writers.acknowledged) > before
            server.end(signal.SIGKILL)
            server.start()
    finally:
        writers.stop()
    found = collections.Counter()
    with server.client() as client:
        before = None
        while True:
            page = client.events(limit=1000, before=before)
            found.update(event.event_id for event in page.events)
            before = page.next
            if before is None:
                break
    server.end(signal.SIGTERM)
    return {"lost": sum(found[event] == 0 for event in writers.acknowledged),
            "twice": sum(count > 1 for count in found.values()),
            "kills": busy, "acknowledged": len(writers.acknowledged), "recorded": len(found)}


def serve_kill(_fresh, kills=20, seed=6):
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # a write to a server that was killed is an error, not our end
    golden = harness.ROOT / "tests/infer/golden/classifier"
    chance = random.Random(seed)
    with folder_of_models() as folder, private_postgresql() as url:
        shutil.copytree(golden, folder / "classifier", symlinks=True)
        found = {"sqlite": kill_under_load(folder, f"sqlite:{folder}/events.sqlite", kills, chance),
                 "postgresql": kill_under_load(folder, url, kills, chance)}
    return {f"{store}_{key}": value for store, one in found.items() for key, value in one.items()}, {"seed": seed}


def serve_start(_fresh, runs=11):
    with folder_of_models("classifier", "en-de", "en-de-again") as folder:
        seconds = []
        for _ in range(runs):
            server = Served(folder)
            seconds.append(server.start())
            server.end(signal.SIGTERM)
    return {"milliseconds": round(1e3 * statistics.median(seconds), 1), "slowest": round(1e3 * max(seconds), 1)}, translator_note()


MEASURES = {"serve-throughput": serve_throughput,
            "serve-overhead": serve_overhead,
            "serve-connections": serve_connections,
            "serve-overload": serve_overload,
            "serve-swap": serve_swap,
            "serve-kill": serve_kill,
            "serve-start": serve_start}
