"""Watching opinion: the multi-task models, a replay of two and a half years of headlines, load and kills."""

import csv
import datetime
import json
import os
import random
import signal
import socket
import sqlite3
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import harness
import training
from harness import Missing

FINANCE = "recipes/finance-opinion.toml"
SHOPPING = "recipes/shopping-opinion-zh.toml"
REPLAY_DAYS = (datetime.date(2017, 12, 1), datetime.date(2020, 7, 31))
SHOCK = ("2020-02-01", "2020-04-30")  # the shock of early 2020
INT8_RATE = 400e9  # operations/s of one core's int8 products, as docs/results.md has them of this kind of machine
ALERTS_A_DAY = 12 / 960  # at most 12 others in the whole period


def finance_settings(folder, *more):
    return [f"data.sets.0.folder={folder}", 'data.sets.0.train=["train.csv"]', 'data.sets.0.test=["test.csv"]', *more]


def split_scores(folder, split="test"):
    return json.loads(harness.model_file(folder / "model", "metrics.json").read_text())["splits"][split]


def finance_model(fresh=False):
    """Of every row of PhraseBank and Reuters' training rows."""
    return harness.served(FINANCE, ["data.folder=" + harness.data("monitor")], fresh)


def monitor_phrasebank(fresh):
    """The folds of `phrasebank`, each with all of Reuters beside it; and on each the single model of that row."""
    folds = training.stratified_folds(training.phrasebank_rows(), training.FOLDS, seed=1)
    ours, single = [], []
    for number, held_out in enumerate(folds):
        folder = harness.KEPT / "data" / "phrasebank" / str(number)
        rows = [row for other, fold in enumerate(folds) if other != number for row in fold]
        training.write_csv(folder / "train.csv", ["text", "label"], rows)
        training.write_csv(folder / "test.csv", ["text", "label"], held_out)
        both = harness.trained(FINANCE, ["data.folder=" + harness.data("monitor"), *finance_settings(folder)], fresh)
        alone = harness.trained("recipes/phrasebank.toml", [
            f"data.folder={folder}", 'data.train=["train.csv"]', 'data.test=["test.csv"]'], fresh)
        ours.append(100 * split_scores(both)["sentiment/accuracy"])
        single.append(100 * split_scores(alone)["accuracy"])
    return ({"accuracy": round(statistics.mean(ours), 2), "accuracy.peer": round(statistics.mean(single), 2),
             "below_single": round(statistics.mean(single) - statistics.mean(ours), 2)}, {"folds": ours, "single": single})


def monitor_r8(fresh):
    folder = harness.trained(FINANCE, ["data.folder=" + harness.data("monitor")], fresh)
    return {"accuracy": round(100 * split_scores(folder)["topic/accuracy"], 2)}, {"training": harness.run_record(folder)}


def shopping_files():
    """A fifth held out, stratified by category and label; a text that stands twice stays on one side."""
    with open(harness.data("monitor/online_shopping_zh/reviews_train.tsv"), encoding="utf-8") as stream:
        rows = [(row["text"].strip("\ufeff "), row["label"], row["category"])
                for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE) if row["text"] and row["text"].strip("\ufeff ")]
    groups = {}
    for row in dict.fromkeys(rows):
        groups.setdefault(row[1:], []).append(row)
    train, test, seen = [], [], {}
    chance = random.Random(1)
    for key in sorted(groups):
        chance.shuffle(groups[key])
        for place, row in enumerate(groups[key]):
            side = seen.setdefault(row[0], test if place % 5 == 0 else train)
            side.append(row)
    folder = harness.KEPT / "data" / "shopping"
    for name, part in (("train", train), ("test", test)):
        training.write_csv(folder / f"{name}.csv", ["text", "label", "category"], part)
        for column, place in (("label", 1), ("category", 2)):
            training.write_csv(folder / f"{name}.{column}.csv", ["text", "label"], [(row[0], row[place]) for row in part])
    return folder


def monitor_shopping(fresh):
    folder = shopping_files()
    model = harness.trained(SHOPPING, [f"data.folder={folder}"], fresh)
    scores, values = split_scores(model), {}
    for head, column in (("topic", "category"), ("sentiment", "label")):
        svm = training.linear_svm(folder / f"train.{column}.csv", folder / f"test.{column}.csv")
        values[head] = round(100 * scores[f"{head}/accuracy"], 2)
        values[f"{head}.peer"] = round(100 * svm["accuracy"], 2)
        values[f"{head}_over_svm"] = round(values[head] - values[f"{head}.peer"], 2)
    return values, {"training": harness.run_record(model)}


def headlines():
    """The Guardian's dated headlines as NDJSON, oldest first: dates alone."""
    lines = []
    with open(harness.data("monitor/headlines_dated/guardian_headlines.csv"), encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            try:
                day = datetime.datetime.strptime(row["Time"].strip(), "%d-%b-%y").date()
            except ValueError:
                continue
            text = " ".join((row["Headlines"] or "").split())
            if text and REPLAY_DAYS[0] <= day <= REPLAY_DAYS[1]:
                lines.append((day.isoformat(), text))
    lines.sort(key=lambda line: line[0])
    path = harness.KEPT / "data" / "guardian.ndjson"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps({"ts": day, "source": "guardian", "id": str(place), "text": text}) + "\n"
                            for place, (day, text) in enumerate(lines)), encoding="utf-8")
    return path


def replayed(path, model):
    out = harness.run(harness.program("heed"), "monitor", "replay", path, "--model", model, "--bucket", "day",
                      "--alerts-a-day", ALERTS_A_DAY, "--json")
    steps = [json.loads(line) for line in out.splitlines()]
    peaks = {}
    for step in steps:
        peaks[step["id"]] = step
    return [step for step in steps if step["step"] == "raised"], peaks, out


def monitor_replay(fresh):
    harness.build("heed")
    model = finance_model(fresh) / "model"
    path = headlines()
    raised, peaks, first = replayed(path, model)
    _, _, second = replayed(path, model)
    # As severity is told: by how much the greatest score of each was above its threshold.
    ranked = sorted(raised, key=lambda step: peaks[step["id"]]["peak"] - step["threshold"], reverse=True)
    on_shock = [SHOCK[0] <= step["begin"][:10] <= SHOCK[1] for step in ranked]
    listed = [{"begin": step["begin"][:10], "event": step["event"], "severity": peaks[step["id"]]["severity"], "topic": step["topic"],
               "peak": round(peaks[step["id"]]["peak"], 1), "threshold": round(step["threshold"], 1), "story": peaks[step["id"]]["story"][:6],
               "sentence": step["sentence"]["en"]} for step in ranked]
    return ({"of_three_on_the_shock": sum(on_shock[:3]), "others": len(on_shock) - sum(on_shock), "replays_equal": int(first == second)},
            {"alerts": listed})


def texts_of_twenty_words(count):
    """Words of PhraseBank drawn one by one: no two texts are near-duplicates."""
    pool = [word for row in training.phrasebank_rows() for word in row[0].split()]
    chance = random.Random(1)
    for _ in range(count):
        yield " ".join(chance.choices(pool, k=20))


def message_lines(count, seconds=3600):
    begin = 1_700_000_000
    for place, text in enumerate(texts_of_twenty_words(count)):
        yield json.dumps({"ts": begin + place * seconds / count, "source": f"s{place % 7}", "id": f"m{place}", "text": text})


def counted(store):
    with sqlite3.connect(store) as database:
        return database.execute("SELECT COALESCE(SUM(messages), 0) FROM monitor_counts WHERE unit = 1440 AND entity = '*'").fetchone()[0]


def monitor_throughput(fresh):
    harness.build("heed", "monitor_bench")
    folder = finance_model(fresh)
    count = 100_000
    with tempfile.TemporaryDirectory() as place:
        file, store = Path(place) / "messages.ndjson", Path(place) / "monitor.db"
        file.write_text("".join(line + "\n" for line in message_lines(count)))
        measured = harness.run_measured([harness.program("heed"), "monitor", "replay", file, "--model", folder / "model",
                                         "--store", store], stdout=subprocess.DEVNULL)
        if counted(store) != count:
            raise Missing(f"expected {count} messages in the counts, found {counted(store)}")
        texts = Path(place) / "texts.txt"
        texts.write_text("".join(text + "\n" for text in texts_of_twenty_words(1000)))
        alone = json.loads(harness.run(harness.program("heed"), "profile", folder / "model", texts, "--json"))
    held, _ = harness.row_of("monitor_bench", "monitor-series")(fresh)
    products = next(one for one in alone["operations"] if one["operation"] == "products")
    operations = 1e6 * products["gops"] * products["ms"] / alone["texts"]  # a text
    rate = count / measured["seconds"]
    return ({"messages_a_second": round(rate, 1), "int8_share": round(100 * rate * operations / (2 * INT8_RATE), 2), "series": held["series"], "gigabytes": round(held["gigabytes"], 3),
             "params_millions": round(harness.parameters(folder / "model") / 1e6, 2)}, {"peak_megabytes": measured["peak_megabytes"]})


def monitor_lag(fresh):
    """Half of 2500 messages a second through a followed file; a message's lag ends when the counts it is in are committed."""
    harness.build("heed")
    model = finance_model(fresh) / "model"
    rate, seconds = 1250, 30
    lines = list(message_lines(rate * seconds))
    with tempfile.TemporaryDirectory() as place:
        file, store = Path(place) / "messages.ndjson", Path(place) / "monitor.db"
        file.touch()
        watch = subprocess.Popen([harness.program("heed"), "monitor", "watch", "--model", model, "--follow", file, "--store", store],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while not store.exists():
                time.sleep(0.1)
            time.sleep(1)
            written, seen, lags = [], 0, []
            begin, deadline = time.monotonic(), time.monotonic() + seconds + 60
            with open(file, "a", encoding="utf-8") as stream, sqlite3.connect(store) as database:
                while seen < len(lines) and time.monotonic() < deadline:
                    due = min(len(lines), int((time.monotonic() - begin) * rate))
                    if due > len(written):
                        stream.write("".join(line + "\n" for line in lines[len(written):due]))
                        stream.flush()
                        written += [time.monotonic()] * (due - len(written))
                    now_seen = database.execute("SELECT COALESCE(SUM(messages), 0) FROM monitor_counts WHERE unit = 1440 AND entity = '*'").fetchone()[0]
                    lags += [time.monotonic() - moment for moment in written[seen:now_seen]]
                    seen = now_seen
                    time.sleep(0.01)
        finally:
            watch.send_signal(signal.SIGTERM)
            watch.wait()
    if seen < len(lines):
        raise Missing(f"expected {len(lines)} messages in the counts, found {seen} after {seconds + 60} s")
    lags.sort()
    return {"p99_seconds": round(lags[int(0.99 * (len(lags) - 1))], 3), "p50_seconds": round(lags[len(lags) // 2], 3)}, None


def redis_command(*words):
    body = f"*{len(words)}\r\n" + "".join(f"${len(str(word).encode())}\r\n{word}\r\n" for word in words)
    return body.encode()


def fill_stream(path, lines):
    """XADD of every line, a thousand in flight."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        stream = connection.makefile("rb")
        for begin in range(0, len(lines), 1000):
            part = lines[begin:begin + 1000]
            connection.sendall(b"".join(redis_command("XADD", "messages", "*", "event", line) for line in part))
            for _ in part:
                stream.readline()
                stream.readline()


def monitor_kill(fresh):
    """200 000 messages through Redis, one in ten sent twice; kill -9 every two to five seconds."""
    if not os.path.exists("/usr/bin/redis-server"):
        raise Missing("redis-server is not installed: apt-get install redis-server")
    harness.build("heed")
    count, chance, kills = 200_000, random.Random(1), 0
    lines = [json.dumps({"ts": 1_700_000_000 + place // 50, "source": f"s{place % 7}", "id": f"m{place}", "topic": f"t{place % 8}",
                         "sentiment": (place % 3) - 1, "text": f"message {place} {place * 7919 % 104729} {place * 104729 % 1299709}"})
             for place in range(count)]
    sent = lines + [lines[chance.randrange(count)] for _ in range(count // 10)]
    with tempfile.TemporaryDirectory() as place:
        socket_path, store = Path(place) / "socket", Path(place) / "monitor.db"
        redis = subprocess.Popen(["/usr/bin/redis-server", "--port", "0", "--unixsocket", socket_path, "--dir", place, "--save", "", "--appendonly", "no"],
                                 stdout=subprocess.DEVNULL)
        try:
            while not socket_path.exists():
                time.sleep(0.05)
            fill_stream(socket_path, sent)
            url = f"redis+unix://{socket_path}?stream=messages&consumer=one&reclaim_ms=1000"
            command = [harness.program("heed"), "monitor", "watch", "--redis", url, "--store", store, "--batch", "500"]
            deadline = time.monotonic() + 900
            while time.monotonic() < deadline:
                watch = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                end = time.monotonic() + chance.uniform(2, 5)
                while time.monotonic() < end and not (store.exists() and processed(store) == len(sent)):
                    time.sleep(0.1)
                if store.exists() and processed(store) == len(sent):
                    watch.send_signal(signal.SIGTERM)
                    watch.wait()
                    break
                watch.kill()
                watch.wait()
                kills += 1
        finally:
            redis.terminate()
            redis.wait()
        with sqlite3.connect(store) as database:
            rows = dict(database.execute("SELECT topic, SUM(messages) FROM monitor_counts WHERE unit = 1440 AND entity = '*' GROUP BY topic"))
            state = json.loads(database.execute("SELECT content FROM monitor_state").fetchone()[0])
    wanted = {f"t{topic}": sum(1 for one in range(count) if one % 8 == topic) for topic in range(8)}
    wrong = sum(abs(rows.get(topic, 0) - wanted[topic]) for topic in wanted)
    wrong += abs(state["counts"]["duplicates"] - (len(sent) - count))
    return {"wrong": wrong, "kills": kills, "messages": sum(rows.values())}, {"counts": state["counts"]}


def processed(store):
    try:
        with sqlite3.connect(store, timeout=1) as database:
            row = database.execute("SELECT content FROM monitor_state").fetchone()
    except sqlite3.OperationalError:
        return 0
    if row is None:
        return 0
    counts = json.loads(row[0])["counts"]
    return sum(counts[name] for name in ("messages", "late", "ahead", "duplicates", "unreadable"))


MEASURES = {
    "monitor-phrasebank": monitor_phrasebank,
    "monitor-r8": monitor_r8,
    "monitor-shopping": monitor_shopping,
    "monitor-replay": monitor_replay,
    "monitor-ensemble": harness.row_of("monitor_bench", "monitor-ensemble"),
    "monitor-budget": harness.row_of("monitor_bench", "monitor-budget"),
    "monitor-throughput": monitor_throughput,
    "monitor-lag": monitor_lag,
    "monitor-kill": monitor_kill,
}
