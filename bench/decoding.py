"""The translator's rows of the serving section: the Multi30k model of translate-bleu-38, as int8, one thread."""

import json
import shutil
import statistics
import subprocess
import time

import harness
import spine
from harness import Missing

ROUNDS = 5
PRUNE_OPTIONS = ("--decoder-layers", "1", "--ffn-dim", "384", "--vocabulary", "4000", "--epochs", "5", "--set", "train.dropout=0.1")
SCALE_GOPS = 400  # the core that the bars of infer-translate are written for


def translator(fresh=False):
    return harness.served(spine.TRANSLATION_RECIPE, spine.translation_settings(), fresh) / "model"


def quantised(model, to, evaluated=None, calibrated=False):
    """The model in `to`, made anew by `heed quantize`, and what the command said of a set, where one is named."""
    output = model.with_name(f"{model.name}-{to}" + ("-calibrated" if calibrated else ""))
    shutil.rmtree(output, ignore_errors=True)
    words = []
    if evaluated:
        words = ["--beam", "4", "--tokenize", "13a", "--eval", harness.data(evaluated + ".en"), harness.data(evaluated + ".de")]
    if calibrated:
        words += ["--calibrate", harness.data(spine.MULTI30K + "/train.en")]
    said = harness.run(harness.program("heed"), "quantize", model, "--to", to, "--output", output, "--json", *words)
    return output, json.loads(said)


def profile(model, *options):
    return json.loads(harness.run(harness.program("heed"), "profile", model, harness.data(spine.TEST_SET + ".en"), "--json",
                                  "--alone", "1", *options))


def infer_translate(fresh):
    """Rounds of the three settings in turn, each with the core's limit measured beside it."""
    model, _ = quantised(translator(fresh), "int8")
    settings = {"greedy_64": ("--beam", "1", "--batch", "64"), "beam4_64": ("--beam", "4", "--batch", "64"),
                "greedy_1": ("--beam", "1", "--batch", "1")}
    runs = {key: [] for key in settings}
    for _ in range(ROUNDS):
        for key, options in settings.items():
            runs[key].append(profile(model, *options))
    values = {}
    for key, profiles in runs.items():
        values[key] = round(statistics.median(one["texts_per_second"] * SCALE_GOPS / one["limit_gops"] for one in profiles), 1)
        values[key + "_here"] = round(statistics.median(one["texts_per_second"] for one in profiles), 1)
    values["limit_gops"] = round(statistics.median(one["limit_gops"] for profiles in runs.values() for one in profiles), 1)
    return values, {"profile": {key: profiles[-1]["operations"] for key, profiles in runs.items()}}


def infer_scaling(fresh):
    model, _ = quantised(translator(fresh), "int8")
    rates = {workers: [] for workers in ("1", "2")}
    for _ in range(ROUNDS):
        for workers in rates:
            rates[workers].append(profile(model, "--beam", "1", "--workers", workers)["texts_per_second"])
    times = [two / one for one, two in zip(rates["1"], rates["2"])]
    return {"times": round(statistics.median(times), 3)}, {"sentences_per_second": rates}


def infer_quality_loss(fresh):
    """Cross-entropy on validation; on the test set the BLEU that is lost for sure: the nearer end of the paired 95 % interval."""
    model = translator(fresh)
    values, quality = {}, {}
    for name, to, calibrated in (("int8", "int8", False), ("bf16", "bf16", False), ("calibrated", "int8", True)):
        _, valid = quantised(model, to, spine.MULTI30K + "/val", calibrated)
        _, test = quantised(model, to, spine.TEST_SET, calibrated)
        values[name + "_loss"] = round(100 * (valid["after"]["loss"] / valid["before"]["loss"] - 1), 4)
        values[name + "_bleu_lost_for_sure"] = round(max(0.0, -test["paired_bootstrap"]["upper"]), 3)
        values[name + "_bleu_change"] = round(test["after"]["bleu"] - test["before"]["bleu"], 3)
        quality[name] = {"valid": valid, "test": test}
    values["nearest_product_error"] = round(100 * test["product_error"]["nearest"], 3)
    values["calibrated_product_error"] = round(100 * test["product_error"]["calibrated"], 3)
    return values, quality


def pruned(model, fresh):
    """The smaller model beside `model`, made once for these options by `heed prune`."""
    output, record = model.with_name("model-pruned"), model.with_name("pruned.json")
    known = json.loads(record.read_text())["options"] if record.exists() else None
    if fresh or known != list(PRUNE_OPTIONS):
        harness.build("heed", "heed-train")
        settings = [word for one in spine.translation_settings() for word in ("--set", one)]
        command = [harness.program("heed"), "prune", model, "--output", output, "--fresh", *PRUNE_OPTIONS, *settings]
        measured = harness.run_measured(command)
        record.write_text(json.dumps(dict(measured, options=PRUNE_OPTIONS, command=" ".join(map(str, command)))))
    return output


def infer_pruned(fresh):
    """Big and small in turn, greedy and beam 4; each one's BLEU at the same beam."""
    big = translator(fresh)
    small = pruned(big, fresh)
    models = {"big": quantised(big, "int8")[0], "small": quantised(small, "int8")[0]}
    values, quality = {}, {}
    for key, beam in (("greedy", "1"), ("beam4", "4")):
        rates = {name: [] for name in models}
        for _ in range(ROUNDS):
            for name, model in models.items():
                rates[name].append(profile(model, "--beam", beam, "--batch", "64")["texts_per_second"])
        scores = {name: spine.evaluate_translation(model, beam)["bleu"]["score"] for name, model in models.items()}
        values[key + "_64"] = round(statistics.median(s / b for b, s in zip(rates["big"], rates["small"])), 3)
        values[key + "_64_here"] = round(statistics.median(rates["small"]), 1)
        values[key + "_bleu_lost"] = round(scores["big"] - scores["small"], 3)
        values[key + "_bleu"] = round(scores["small"], 3)
        quality[key] = {"sentences_per_second": rates, "bleu": scores}
    training = spine.metrics_of(small)
    values["params_millions"] = round(harness.parameters(small) / 1e6, 3)
    values["minutes"] = round(training["training"]["minutes"], 1)
    return values, dict(quality, training=training)


def infer_memory(fresh):
    model, _ = quantised(translator(fresh), "int8")
    measured = harness.run_measured([harness.program("heed"), "translate", model, harness.data(spine.TEST_SET + ".en"),
                                     "--beam", "4", "--batch", "64"], stdout=subprocess.DEVNULL)
    return {"peak_megabytes": measured["peak_megabytes"]}, None


def infer_start(fresh, runs=21):
    model, _ = quantised(translator(fresh), "int8")
    milliseconds = []
    for _ in range(runs):
        start = time.monotonic()
        done = subprocess.run([harness.program("heed"), "translate", str(model)], input=b"A man is riding a bicycle.\n",
                              stdout=subprocess.PIPE)
        milliseconds.append(1e3 * (time.monotonic() - start))
        if done.returncode != 0:
            raise Missing("heed translate failed")
    return {"milliseconds": round(statistics.median(milliseconds), 1)}, {"translation": done.stdout.decode().strip()}


MEASURES = {
    "infer-translate": infer_translate,
    "infer-scaling": infer_scaling,
    "infer-quality-loss": infer_quality_loss,
    "infer-pruned": infer_pruned,
    "infer-memory": infer_memory,
    "infer-start": infer_start,
}
