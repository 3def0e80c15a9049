"""The rows of the spine. A measurement returns (values by part key, quality: whatever stands beside the figures)."""

import hashlib
import json
import random
import re
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import harness
from harness import Missing

TRANSLATION_RECIPE = "recipes/multi30k.toml"
RECURRENT_RECIPE = "recipes/multi30k-recurrent.toml"
INTENT_RECIPE = "recipes/bank-intents.toml"
MULTI30K = "translation/multi30k_en_de"
TEST_SET = MULTI30K + "/test_2016_flickr"
SNAPSHOT = "-20min"  # appended to a model's name by train.snapshot_minutes = [20]


def evaluate_translation(model, beam="4"):
    """What `heed eval` says of the Multi30k test set: {"bleu": {"score", "signature"}, "chrf": …, "seconds"}."""
    return json.loads(harness.run(harness.program("heed"), "eval", model, "--beam", beam, "--tokenize", "13a", "--json",
                                  "--source", harness.data(TEST_SET + ".en"),
                                  "--reference", harness.data(TEST_SET + ".de")))


def translation_settings():
    return ["data.folder=" + harness.data(MULTI30K)]


def trained_translator(recipe, fresh):
    """The folder of a Multi30k translator, and what a row says of it: values and quality."""
    folder = harness.trained(recipe, translation_settings(), fresh)
    scores = evaluate_translation(folder / "model")
    values = {"bleu": scores["bleu"]["score"],
              "params_millions": round(harness.parameters(folder / "model") / 1e6, 3)}
    return folder, values, {"bleu": scores["bleu"]["signature"], "chrf": scores["chrf"]["score"],
                            "training": harness.run_record(folder)}


def translate_bleu(fresh):
    folder, values, quality = trained_translator(TRANSLATION_RECIPE, fresh)
    snapshot = folder / ("model" + SNAPSHOT)
    early = evaluate_translation(snapshot)["bleu"]["score"] if snapshot.exists() else None
    return dict(values, bleu_after_20_minutes=early), quality


def train_recurrent(fresh):
    _, values, quality = trained_translator(RECURRENT_RECIPE, fresh)
    return dict(values, minutes=round(quality["training"]["seconds"] / 60, 1)), quality


def train_memory(fresh):
    """Of the whole training where translate-bleu has kept one, else of its first 400 steps."""
    settings = translation_settings()
    if fresh or not harness.is_trained(TRANSLATION_RECIPE, settings):
        settings.append("train.max_steps=400")
    record = harness.run_record(harness.trained(TRANSLATION_RECIPE, settings, fresh))
    return {"peak_megabytes": record["peak_megabytes"]}, {"training": record}


def spine_parity(_fresh):
    harness.build("train_test")
    output = harness.run(harness.program("train_test"), "--gtest_filter=Parity.*")
    found = re.findall(r"parity max_abs_diff=(\S+) cases=(\d+)", output)
    if not found:
        raise Missing("train_test --gtest_filter=Parity.* printed no line 'parity max_abs_diff=… cases=…'")
    values = {"max_abs_diff": max(float(difference) for difference, _ in found),
              "cases": sum(int(cases) for _, cases in found)}
    return values, None


def digest_of_weights(model):
    return hashlib.sha256(harness.model_file(model, "model.safetensors").read_bytes()).hexdigest()


def train_and_kill(command, begun, delay):
    """Starts a training and kills it `delay` seconds after the file `begun` is there. True where it was still running."""
    process = subprocess.Popen([str(word) for word in command], cwd=harness.ROOT, env=harness.environment(),
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and not begun.exists():
        time.sleep(0.005)
    try:
        process.wait(timeout=delay)
        return False
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True


def spine_resume(_fresh, runs=20, seed=20):
    """Each run is killed at a moment drawn over the whole of its training, then resumed to its end."""
    harness.build("heed", "heed-train")
    chance = random.Random(seed)
    settings = ("train.max_steps=60", "train.checkpoint_steps=5")
    equal = killed = 0
    with tempfile.TemporaryDirectory(prefix="heed-resume-") as folder:
        whole = Path(folder) / "whole"
        harness.run(*harness.train_command(INTENT_RECIPE, whole, settings))
        wanted = digest_of_weights(whole)
        training_seconds = metrics_of(whole)["training"]["minutes"] * 60
        for number in range(runs):
            model = Path(folder) / f"run{number}"
            begun = Path(f"{model}.run") / "env.json"  # written when the data is read and training begins
            killed += train_and_kill(harness.train_command(INTENT_RECIPE, model, settings), begun,
                                     chance.uniform(0.02, 0.98) * training_seconds)
            harness.run(*harness.train_command(INTENT_RECIPE, model, settings, resume=True))
            equal += digest_of_weights(model) == wanted
    return {"equal": equal}, {"runs": runs, "killed_while_training": killed, "seed": seed}


def metrics_of(model):
    return json.loads(harness.model_file(model, "metrics.json").read_text())


def held_out(metrics):
    """The figures of the test split, or of validation where the recipe has no test files."""
    return metrics["splits"].get("test", metrics["splits"]["valid"])


def spine_demo(_fresh):
    harness.build("heed", "heed-train")
    with tempfile.TemporaryDirectory(prefix="heed-demo-") as folder:
        environment = dict(harness.environment(), HEED_DEMO_DIR=folder)
        start = time.monotonic()
        if subprocess.run(["./dev", "demo"], cwd=harness.ROOT, env=environment).returncode != 0:
            raise Missing("./dev demo failed; its last lines say why")
        seconds = round(time.monotonic() - start, 1)
        intents, strings = (metrics_of(Path(folder) / "models" / name) for name in ("bank-intents", "interface-strings"))
    values = {"seconds": seconds, "intent_accuracy": held_out(intents).get("accuracy"),
              "translation_bleu": held_out(strings).get("bleu"), "translation_chrf": held_out(strings).get("chrf")}
    return values, {"bank-intents": intents, "interface-strings": strings}


MEASURES = {
    "translate-bleu": translate_bleu,
    "train-recurrent": train_recurrent,
    "train-memory": train_memory,
    "spine-parity": spine_parity,
    "spine-resume": spine_resume,
    "spine-demo": spine_demo,
}
