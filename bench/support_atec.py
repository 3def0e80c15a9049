"""ATEC: which pairs of questions mean the same, by the served matching head and by a linear SVM."""

import json
import random
import subprocess

import harness
import training
from harness import Missing

RECIPE = "recipes/atec.toml"
SVM = harness.ROOT / "bench" / "pair_svm.py"
SPLITS = {"test": 0.2, "valid": 0.1}  # the rest trains
RESAMPLES = 2000


def question_pairs():
    with open(harness.data("support/atec_zh/pairs_train.tsv"), encoding="utf-8-sig") as stream:
        return [line.rstrip("\r\n").split("\t") for line in stream]


def by_shared_question(rows):
    """Lists of rows, of which no two lists share a question, in an order of their own."""
    parent = {}

    def root(question):
        while parent.setdefault(question, question) != question:
            parent[question] = parent[parent[question]]
            question = parent[question]
        return question

    for a, b, _ in rows:
        parent[root(a)] = root(b)
    groups = {}
    for row in rows:
        groups.setdefault(root(row[0]), []).append(row)
    order = sorted(groups)
    random.Random(1).shuffle(order)
    return [groups[name] for name in order]


def split_rows(rows):
    splits = {"test": [], "valid": [], "train": []}
    for group in by_shared_question(rows):
        place = next((name for name, share in SPLITS.items() if len(splits[name]) < share * len(rows)), "train")
        splits[place] += group
    return splits


def best_cut(figure, truth, scores):
    ordered = sorted(scores)
    cuts = [ordered[place * (len(ordered) - 1) // 1000] for place in range(1001)]
    return max(cuts, key=lambda cut: figure(truth, [score > cut for score in scores]))


def accuracy(truth, found):
    return 100 * sum(a == b for a, b in zip(truth, found)) / len(truth)


def f1(truth, found):
    hits = sum(a and b for a, b in zip(truth, found))
    return 200 * hits / max(1, sum(truth) + sum(found))


def paired_interval(figure, truth, ours, theirs, seed):
    """95 % of the bootstrap of how much better we are, rows drawn alike for both."""
    chance = random.Random(seed)
    gains = []
    for _ in range(RESAMPLES):
        rows = chance.choices(range(len(truth)), k=len(truth))
        drawn = [truth[i] for i in rows]
        gains.append(figure(drawn, [ours[i] for i in rows]) - figure(drawn, [theirs[i] for i in rows]))
    gains.sort()
    return gains[int(0.025 * RESAMPLES)], gains[int(0.975 * RESAMPLES)]


def peer(folder):
    done = subprocess.run([training.DEBIAN_PYTHON, SVM, *(folder / f"{name}.csv" for name in ("train", "valid", "test"))],
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise Missing(f"the linear SVM failed; apt-get install python3-sklearn? {done.stderr.strip().splitlines()[-1:]}")
    return json.loads(done.stdout)


def atec(fresh):
    folder = harness.KEPT / "data" / "atec"
    splits = split_rows(question_pairs())
    for name, rows in splits.items():
        training.write_csv(folder / f"{name}.csv", ["a", "b", "same"], rows)
    svm = peer(folder)
    trained = harness.trained(RECIPE, [f"data.folder={folder}"], fresh)
    harness.build("pair_scores")
    scores = {name: json.loads(harness.run(harness.program("pair_scores"), trained / "model", folder / f"{name}.csv"))
              for name in ("valid", "test")}
    truth = {name: [row[2] == "1" for row in splits[name]] for name in scores}
    values = {}
    for name, figure in (("accuracy", accuracy), ("f1", f1)):
        cut = best_cut(figure, truth["valid"], scores["valid"])
        ours = [score > cut for score in scores["test"]]
        theirs = [found == 1 for found in svm[name]["found"]]
        least, most = paired_interval(figure, truth["test"], ours, theirs, seed=1)
        values |= {name: round(figure(truth["test"], ours), 3), f"{name}.peer": round(figure(truth["test"], theirs), 3),
                   f"{name}_gain_least": round(least, 3), f"{name}_gain_most": round(most, 3)}
    record = harness.run_record(trained)
    values["minutes"] = round(record["seconds"] / 60, 2)
    return values, {"same_share": round(sum(truth["test"]) / len(truth["test"]), 4), "rows": {k: len(v) for k, v in splits.items()},
                    "svm": {name: {k: v for k, v in one.items() if k != "found"} for name, one in svm.items()},
                    "training": record}


MEASURES = {"support-atec": atec}
