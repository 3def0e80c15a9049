"""Recommendations: what models are worth on people's next events (three seeds where chance could decide), and what the
engine costs (bench/recommend_engine.cpp)."""

import json
import random
import statistics
import time
from pathlib import Path

import harness

FOLDERS = harness.KEPT / "data"
SEEDS = (1, 2, 3)


def heed(*words):
    return harness.run(harness.program("heed"), *words)


def imported(name, events, *options):
    """A folder of heed recommend import, made once."""
    folder = FOLDERS / name
    if not (folder / "items.jsonl").exists():
        harness.build("heed")
        heed("recommend", "import", events, "-o", folder, *options)
    return folder


def beauty():
    return imported("beauty", harness.data("recommend/amazon_beauty/Beauty.txt"), "--format", "sequences")


def movies():
    return imported("ml100k", harness.data("recommend/ml_100k/ml-100k.inter"),
                    "--items", harness.data("recommend/ml_100k/ml-100k.item"))


def trained(recipe, folder, seed, fresh, *more):
    overrides = [f"data.folder={folder}", f"train.seed={seed}", *more]
    return harness.trained(recipe, overrides, fresh)


def judged(folder, model, *options):
    """The figures of heed recommend evaluate, the model first."""
    figures = Path(model).parent / "figures.json"
    heed("recommend", "evaluate", folder, "--model", model, "--json", figures, *options)
    return json.loads(figures.read_text())


def recommend_beauty(fresh):
    folder = beauty()
    runs = [judged(folder, trained("recipes/amazon-beauty.toml", folder, seed, fresh) / "model", "--no-baselines")[0] for seed in SEEDS]
    mean = {key: statistics.mean(run[key] for run in runs) for key in ("hit_rate", "ndcg", "coverage")}
    baselines = {one["name"]: [round(one["hit_rate"], 4), round(one["ndcg"], 4)]
                 for one in judged(folder, trained("recipes/amazon-beauty.toml", folder, 1, False) / "model")}
    return {"hit_rate": round(mean["hit_rate"], 4), "ndcg": round(mean["ndcg"], 4), "coverage": round(mean["coverage"], 3)}, \
        {"seeds": [[round(run["hit_rate"], 4), round(run["ndcg"], 4)] for run in runs], "table": baselines}


def recommend_train(fresh):
    records = [harness.run_record(trained("recipes/amazon-beauty.toml", beauty(), seed, fresh)) for seed in SEEDS]
    minutes = [one["seconds"] / 60 for one in records]
    return {"minutes": round(statistics.median(minutes), 2), "slowest": round(max(minutes), 2),
            "peak_megabytes": max(one["peak_megabytes"] for one in records)}, {"seconds": [one["seconds"] for one in records]}


def recommend_ml100k(fresh):
    folder = movies()
    model = trained("recipes/ml-100k.toml", folder, 1, fresh) / "model"
    table = judged(folder, model)
    by_name = {one["name"]: one for one in table}
    values = {"hit_rate": round(table[0]["hit_rate"], 4), "ndcg": round(table[0]["ndcg"], 4)}
    for key, name in (("popularity", "popularity"), ("item_knn", "item-kNN"), ("factors", "matrix factorisation")):
        values[f"better_than_{key}"] = round(by_name[name]["ndcg_behind"]["lower"], 4)
    return values, {one["name"]: [round(one["hit_rate"], 4), round(one["ndcg"], 4)] for one in table}


def games():
    """Histories whose items of a seeded twentieth are never seen in training: each of them that somebody takes as the last
    event is held out, every other event of one is left out. The last event but one of the others validates."""
    folder = FOLDERS / "games-cold"
    if (folder / "items.jsonl").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    titles = [line.split("\t", 1) for line in
              Path(harness.data("recommend/amazon_games_text/Games-6k.item")).read_text(encoding="utf-8").splitlines()[1:]]
    new = set(random.Random(5).sample([item for item, _ in titles], len(titles) // 20))
    parts = {name: ["user\titem\tkind\ttime_us\tvalue"] for name in ("train", "valid", "test")}
    for line in Path(harness.data("recommend/amazon_games_text/interactions.tsv")).read_text(encoding="utf-8").splitlines()[1:]:
        user, items = line.split("\t", 1)
        items = items.split()
        fresh = next((place for place, item in enumerate(items) if item in new and place > 0), None)
        old = [item for item in (items if fresh is None else items[:fresh]) if item not in new]
        if not old:
            continue
        # Whoever takes a new item is judged by it; the others validate by their last event.
        held = {"test": [items[fresh]]} if fresh is not None else {"valid": old[-1:]} if len(old) > 2 else {}
        known = old[:-1] if "valid" in held else old
        for name, own in {"train": known, **held}.items():
            parts[name] += [f"{user}\t{item}\tview\t\t1" for item in own]
    for name, rows in parts.items():
        (folder / f"{name}.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    with open(folder / "items.jsonl", "w", encoding="utf-8") as stream:
        for item, title in titles:
            stream.write(json.dumps({"id": item, "title": title}, ensure_ascii=False) + "\n")
    return folder


def recommend_cold(fresh):
    folder = games()
    model = trained("recipes/amazon-games.toml", folder, 1, fresh) / "model"
    table = {one["name"]: one for one in judged(folder, model, "--new-items")}
    short = {one["name"]: one for one in judged(folder, model, "--new-items", "--max-history", "1")}
    new = sum(1 for _ in (folder / "items.jsonl").open()) // 20
    own, nearest = table["model"], table["nearest by tf-idf"]
    return {"hit_rate": round(own["hit_rate"], 4), "times_random": round(own["hit_rate"] / (10 / new), 2),
            "above_nearest": round(nearest["hit_rate_behind"]["lower"], 4), "nearest": round(nearest["hit_rate"], 4),
            "one_event": round(short["model"]["hit_rate"], 4), "one_event_nearest": round(short["nearest by tf-idf"]["hit_rate"], 4)}, table


def recommend_import(_fresh):
    harness.build("heed")
    file = FOLDERS / "events.csv"
    FOLDERS.mkdir(parents=True, exist_ok=True)
    events = 2_000_000
    if not file.exists():
        draw = random.Random(3)
        with open(file, "w", encoding="utf-8") as stream:
            stream.write("user,item,kind,time\n")
            for _ in range(events):
                stream.write(f"user-{draw.randrange(100000)},item-{int(20000 * draw.random() ** 3)},view,{draw.randrange(1600000000, 1700000000)}\n")
    times = []
    for _ in range(3):
        start = time.monotonic()
        heed("recommend", "import", file, "-o", FOLDERS / "imported")
        times.append(time.monotonic() - start)
    return {"per_second": round(events / statistics.median(times))}, {"seconds": times}


def engine(what):
    harness.build("recommend_engine")
    return json.loads(harness.run(harness.program("recommend_engine"), what))


def recommend_latency(_fresh):
    found = engine("slates")
    return {"p50": round(found["p50"], 2), "p99": round(found["p99"], 2), "per_second": round(found["per_second"])}, found


def recommend_fresh(_fresh):
    found = engine("fresh")
    return {"event_ms": round(found["event_ms"], 2), "item_ms": round(found["item_ms"], 2)}, None


def recommend_memory(_fresh):
    found = engine("memory")
    return {"gib": round(found["gib"], 3), "events_per_second": round(found["events_per_second"])}, None


def recommend_promote(_fresh):
    found = engine("promote")
    return {key: round(found[key], 2) for key in ("covered", "worse_promoted", "better_promoted")}, None


MEASURES = {"recommend-beauty": recommend_beauty, "recommend-train": recommend_train, "recommend-ml100k": recommend_ml100k,
            "recommend-cold": recommend_cold, "recommend-import": recommend_import, "recommend-latency": recommend_latency,
            "recommend-fresh": recommend_fresh, "recommend-memory": recommend_memory, "recommend-promote": recommend_promote}
