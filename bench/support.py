"""Customer service: what a decision rule does with CLINC150 and Banking77, over three seeds."""

import csv
import json
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import harness
import training
from served import Served, failures, post

KEPT = 0.99  # of the messages in scope, when "out of scope" is said


def unlabelled_english():
    """English sentences of other sets, none of CLINC150's: what an encoder may read before it is taught."""
    texts = [text for text, in read_rows(Path(harness.data("support/banking77/train.csv")), ("text",))]
    texts += [line.split("\t")[0] for line in lines("translation/tatoeba_zh_en/cmn.txt")]
    texts += lines("translation/multi30k_en_de/train.en")
    texts += [text for text, in read_rows(Path(harness.data("monitor/headlines_dated/guardian_headlines.csv")), ("Headlines",))]
    texts += list(short_strings(json.loads(Path(harness.data("support/stackfaq/stackExchange-FAQ.json")).read_text(encoding="utf-8"))))
    return [text for text in dict.fromkeys(" ".join(text.split()) for text in texts) if text]


def lines(path):
    return Path(harness.data(path)).read_text(encoding="utf-8").splitlines()


def short_strings(value):
    """The texts of 11 to 299 characters in JSON, links left out."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from short_strings(one)
    elif isinstance(value, str) and 10 < len(value) < 300 and not value.startswith("http"):
        yield value


def clinc150_files():
    """The official splits as tables; out of scope is a label in training and validation."""
    splits = json.loads(Path(harness.data("support/clinc150/data_full.json")).read_text(encoding="utf-8"))
    folder = harness.KEPT / "data" / "clinc150-out-of-scope"
    elsewhere = {split: [(text, "out_of_scope") for text, _ in splits[f"oos_{split}"]] for split in ("train", "val", "test")}
    for name, rows in {"train": splits["train"] + elsewhere["train"], "val": splits["val"] + elsewhere["val"], "test": splits["test"],
                       "val_in_scope": splits["val"], "val_elsewhere": elsewhere["val"], "test_elsewhere": elsewhere["test"]}.items():
        training.write_csv(folder / f"{name}.csv", ["text", "intent"], rows)
    (folder / "unlabelled.txt").write_text("\n".join(unlabelled_english()) + "\n", encoding="utf-8")
    return folder


def read_rows(path, columns):
    with open(path, encoding="utf-8", newline="") as stream:
        return [tuple(row[column] for column in columns) for row in csv.DictReader(stream)]


def decisions(model, *files):
    harness.build("support_bench")
    return json.loads(harness.run(harness.program("support_bench"), model, *files))


def clinc150_decisions(fresh):
    """What support_bench says of the model of each seed."""
    folder = clinc150_files()
    results = []
    for seed in training.SEEDS:
        trained = harness.served("recipes/clinc150-support.toml", [f"data.folder={folder}", f"train.seed={seed}"], fresh)
        results.append(decisions(trained / "model", *(folder / f"{name}.csv" for name in (
            "val_in_scope", "test", "val_elsewhere", "test_elsewhere"))))
    return results


def banking77_model(seed, fresh):
    """The model of a seed and its folder of tables. A twentieth of the training rows is held out by the recipe itself; a tenth
    is held out here, to fit the rule on."""
    source = Path(harness.data("support/banking77"))
    rows = read_rows(source / "train.csv", ("text", "category"))
    folds = training.stratified_folds(rows, 10, seed)
    here = harness.KEPT / "data" / "banking77-held-out" / str(seed)
    training.write_csv(here / "train.csv", ["text", "category"], [row for fold in folds[1:] for row in fold])
    training.write_csv(here / "valid.csv", ["text", "intent"], folds[0])
    training.write_csv(here / "test.csv", ["text", "intent"], read_rows(source / "test.csv", ("text", "category")))
    trained = harness.served("recipes/banking77.toml", [
        f"data.folder={here}", 'data.train=["train.csv"]', "data.test=[]", f"train.seed={seed}"], fresh)
    return trained / "model", here


def banking77_decisions(fresh):
    return [decisions(model, here / "valid.csv", here / "test.csv")
            for model, here in (banking77_model(seed, fresh) for seed in training.SEEDS)]


def mean(values, digits=2, factor=100):
    return round(factor * statistics.mean(values), digits)


def support_oos(fresh):
    results = clinc150_decisions(fresh)
    at = [next(one for one in result["out_of_scope"] if one["kept"] == KEPT) for result in results]
    return {"accuracy": mean([one["accuracy"] for one in at]), "recall": mean([one["recall"] for one in at])}, {
        "kept": KEPT, "seeds": [result["out_of_scope"] for result in results]}


def support_promise(fresh):
    results = clinc150_decisions(fresh)
    promise, mix = ([result[name] for result in results] for name in ("promise", "promise_official_mix"))
    return {"broken": max(one["broken"] for one in promise), "answered": mean([one["coverage"] for one in promise]),
            "error": mean([one["error"] for one in promise]), "mix_broken": max(one["broken"] for one in mix),
            "mix_answered": mean([one["coverage"] for one in mix]),
            "split_answered": mean([result["official"]["answered"] for result in results]),
            "split_error": mean([result["official"]["error"] for result in results])}, {"seeds": [promise, mix]}


def support_coverage(fresh):
    results = banking77_decisions(fresh)
    return {"coverage": mean([one["coverage_at_2"] for one in results]),
            "promised_coverage": mean([one["promised_at_2"]["answered"] for one in results]),
            "promised_error": mean([one["promised_at_2"]["error"] for one in results])}, {"seeds": results}


def support_calibration(fresh):
    sets = {"clinc150": clinc150_decisions(fresh), "banking77": banking77_decisions(fresh)}
    return {f"{name}_{key}": mean([one["calibration"][kind] for one in results], 4, 1)
            for name, results in sets.items() for key, kind in (("error", "right"), ("softmax_error", "softmax"))}, None


def support_train(_fresh):
    """From one table to a first answer over HTTP, the decision rule included; always trained anew."""
    harness.build("heed", "heed-train")
    source = Path(harness.data("support/banking77"))
    folder = harness.KEPT / "support-train"
    shutil.rmtree(folder, ignore_errors=True)
    begin = time.monotonic()
    folds = training.stratified_folds(read_rows(source / "train.csv", ("text", "category")), 20, seed=1)
    training.write_csv(folder / "valid.csv", ["text", "category"], folds[0])
    training.write_csv(folder / "train.csv", ["text", "category"], [row for fold in folds[1:] for row in fold])
    shutil.copy(source / "test.csv", folder)
    model = folder / "models" / "banking77"
    harness.run_measured(harness.train_command("recipes/banking77.toml", model, [
        f"data.folder={folder}", 'data.valid=["valid.csv"]']))
    trained = time.monotonic()
    harness.run(harness.program("heed"), "support", "fit", model, folder / "valid.csv", "--intent", "category")
    with Served(folder / "models") as server, server.client() as client:
        first = client.classify("my card was stolen")
    seconds = time.monotonic() - begin
    accuracy = json.loads(harness.model_file(model, "metrics.json").read_text())["splits"]["test"]["accuracy"]
    return {"minutes": round(seconds / 60, 2), "accuracy": round(100 * accuracy, 2),
            "training_minutes": round((trained - begin) / 60, 2)}, {"first_answer": str(first)}


def support_model(folder, fresh):
    """Banking77's model of the first seed as `folder`/banking77, with a decision rule and an answer for each intent."""
    model, here = banking77_model(training.SEEDS[0], fresh)
    copy = folder / "banking77"
    shutil.copytree(model, copy, symlinks=True)
    harness.run(harness.program("heed"), "support", "fit", copy, here / "valid.csv")
    intents = sorted({intent for intent, in read_rows(here / "valid.csv", ("intent",))})
    answers = {intent: {"texts": {"en": f"This is what is said about {intent.replace('_', ' ')}."}} for intent in intents}
    (copy / "current" / "assets" / "answers.json").write_text(json.dumps({"version": 1, "answers": answers}))
    return [text for text, in read_rows(here / "test.csv", ("text",))]


def support_latency(fresh, seconds=15, connections=64, texts=1000):
    """Through /v1/answer each message begins a conversation, is read, decided, kept, and logged. /model/parse keeps nothing."""
    harness.build("heed", "serve_load")
    varying, parsed_varying = ["conversation", "decision_id", "position"], ["message_id"]
    with tempfile.TemporaryDirectory(prefix="heed-support-") as name:
        asked = support_model(Path(name), fresh)[:texts]
        with Served(name, "--set", "server.workers=2", "--set", f"apps.support.max_waiting={10 ** 6}",
                    "--set", f"apps.support.max_waiting_a_tenant={10 ** 6}") as server:
            answer = [post("/v1/answer", {"text": text}) for text in asked]
            parse = [post("/model/parse", {"text": text}) for text in asked]
            results = {"warm": server.load(parse, 2, varying=parsed_varying),
                       "alone": server.load(answer, seconds, connections=1, varying=varying),
                       "parse_alone": server.load(parse, seconds, connections=1, varying=parsed_varying),
                       "many": server.load(answer, seconds, connections=connections, varying=varying),
                       "parse_many": server.load(parse, seconds, connections=connections, varying=parsed_varying)}
    broken = {name: result for name, result in results.items() if failures(result)}
    if broken:
        raise harness.Missing(f"requests failed: {broken}")
    alone, parsed, many, parsed_many = (results[name] for name in ("alone", "parse_alone", "many", "parse_many"))
    return {"p50": round(alone["p50_ms"], 3), "p99": round(alone["p99_ms"], 3),
            "messages_per_second": round(many["answered_per_second"], 1),
            "many_p99": round(many["p99_ms"], 2),
            "parse_p50": round(parsed["p50_ms"], 3), "parse_p99": round(parsed["p99_ms"], 3),
            "parse_messages_per_second": round(parsed_many["answered_per_second"], 1)}, results


MEASURES = {"support-oos": support_oos,
            "support-promise": support_promise,
            "support-coverage": support_coverage,
            "support-calibration": support_calibration,
            "support-train": support_train,
            "support-latency": support_latency}
