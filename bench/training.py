"""The classifiers of the training section: one served model each, over three seeds or five folds."""

import csv
import json
import random
import statistics
import subprocess
from pathlib import Path

import harness
import results_page
import spine
from harness import Missing
from rows import CLASSIFIERS

SEEDS = (1, 2, 3)
FOLDS = 5
T_95 = {2: 4.303, 4: 2.776}  # two-sided 95 % of Student's t, by degrees of freedom
SVM = Path(__file__).parent / "linear_svm.py"
DEBIAN_PYTHON = "/usr/bin/python3"  # the one that python3-sklearn belongs to


def interval(values):
    """Mean and half of the 95 % interval of the mean."""
    return (statistics.mean(values), T_95[len(values) - 1] * statistics.stdev(values) / len(values) ** 0.5)


def test_scores(folder):
    """What `heed eval` would say of the test files, as the training wrote it into the model."""
    return json.loads(harness.model_file(folder / "model", "metrics.json").read_text())["splits"]["test"]


def over_seeds(name, settings, fresh):
    recipe = f"recipes/{name}.toml"
    folders = [harness.trained(recipe, [*settings, f"train.seed={seed}"], fresh) for seed in SEEDS]
    accuracies = [100 * test_scores(folder)["accuracy"] for folder in folders]
    records = [harness.run_record(folder) for folder in folders]
    mean, half = interval(accuracies)
    values = {"accuracy": round(mean, 3), "interval": round(half, 3),
              "minutes": round(max(record["seconds"] for record in records) / 60, 2)}
    return values, {"accuracies": accuracies, "params_millions": round(harness.parameters(folders[0] / "model") / 1e6, 2),
                    "training": records}


def banking77_settings():
    return ["data.folder=" + harness.data("support/banking77")]


def banking77(fresh):
    return over_seeds("banking77", banking77_settings(), fresh)


def reuters_r8_settings():
    return ["data.folder=" + harness.data("monitor/reuters_r8")]


def reuters_r8(fresh):
    return over_seeds("reuters-r8", reuters_r8_settings(), fresh)


def write_csv(path, header, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows(rows)


def clinc150_settings():
    splits = json.loads(Path(harness.data("support/clinc150/data_full.json")).read_text(encoding="utf-8"))
    folder = harness.KEPT / "data" / "clinc150"
    for split in ("train", "val", "test"):
        write_csv(folder / f"{split}.csv", ["text", "intent"], splits[split])
    return [f"data.folder={folder}"]


def clinc150(fresh):
    return over_seeds("clinc150", clinc150_settings(), fresh)


def phrasebank_rows():
    rows = []
    for name in ("train", "valid"):
        with open(harness.data(f"monitor/financial_phrasebank/{name}.tsv"), encoding="utf-8") as stream:
            for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE):
                rows.append((row["text"], row["label"]))
    return rows


def stratified_folds(rows, count, seed):
    """Lists of rows, each with its share of every label; a text that stands twice stays in one fold."""
    by_label = {}
    for text, label in dict(rows).items():
        by_label.setdefault(label, []).append((text, label))
    folds = [[] for _ in range(count)]
    chance = random.Random(seed)
    place = 0
    for label in sorted(by_label):
        chance.shuffle(by_label[label])
        for row in by_label[label]:
            folds[place % count].append(row)
            place += 1
    return folds


def linear_svm(train, test):
    """Accuracy and macro-F1 of scikit-learn's linear SVM over word and character n-grams, in percent."""
    done = subprocess.run([DEBIAN_PYTHON, SVM, train, test], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise Missing(f"the linear SVM failed; apt-get install python3-sklearn? {done.stderr.strip().splitlines()[-1:]}")
    return json.loads(done.stdout)


def phrasebank_folds():
    """Of each fold: its folder, with train.csv and test.csv, and the settings of a training on it."""
    folds = stratified_folds(phrasebank_rows(), FOLDS, seed=1)
    for number, held_out in enumerate(folds):
        folder = harness.KEPT / "data" / "phrasebank" / str(number)
        train = [row for other, fold in enumerate(folds) if other != number for row in fold]
        write_csv(folder / "train.csv", ["text", "label"], train)
        write_csv(folder / "test.csv", ["text", "label"], held_out)
        yield folder, [f"data.folder={folder}", 'data.train=["train.csv"]', 'data.test=["test.csv"]']


def phrasebank(fresh):
    ours, svm, records = [], [], []
    for folder, settings in phrasebank_folds():
        trained = harness.trained("recipes/phrasebank.toml", settings, fresh)
        scores = test_scores(trained)
        ours.append((100 * scores["accuracy"], 100 * scores["macro_f1"]))
        svm.append(linear_svm(folder / "train.csv", folder / "test.csv"))
        records.append(harness.run_record(trained))
    peers = [(100 * one["accuracy"], 100 * one["macro_f1"]) for one in svm]
    values = {}
    for place, name in enumerate(("accuracy", "macro_f1")):
        gain, half = interval([a[place] - b[place] for a, b in zip(ours, peers)])
        values[name + "_gain"] = round(gain, 3)
        values[name + "_gain_interval"] = round(half, 3)
        values[name] = round(statistics.mean(one[place] for one in ours), 3)
        values[name + ".peer"] = round(statistics.mean(one[place] for one in peers), 3)
    values["minutes"] = round(max(record["seconds"] for record in records) / 60, 2)
    return values, {"folds": ours, "svm_folds": peers, "training": records}


def tatoeba_rows():
    """[English, Chinese] of three splits; an English sentence stands in one of them with all its translations."""
    by_english = {}
    with open(harness.data("translation/tatoeba_zh_en/cmn.txt"), encoding="utf-8") as stream:
        for line in stream:
            english, chinese = line.split("\t")[:2]
            by_english.setdefault(english, []).append(chinese)
    order = sorted(by_english)
    random.Random(1).shuffle(order)
    cuts = {"test": order[:1000], "valid": order[1000:2000], "train": order[2000:]}
    return {split: [(english, chinese) for english in sentences for chinese in by_english[english]]
            for split, sentences in cuts.items()}


def translated(recipe, settings, split, fresh):
    """BLEU zh and chrF of a translator on its held-out rows, as its training ended with."""
    folder = harness.trained(recipe, settings, fresh)
    scores = json.loads(harness.model_file(folder / "model", "metrics.json").read_text())["splits"][split]
    return round(scores["bleu"], 2), round(scores["chrf"], 2), harness.run_record(folder)


def translate_bleu_38(fresh):
    _, values, quality = spine.trained_translator(spine.TRANSLATION_RECIPE, fresh)
    return values, quality


def translate_zh(fresh):
    folder = harness.KEPT / "data" / "tatoeba"
    for split, rows in tatoeba_rows().items():
        write_csv(folder / f"{split}.csv", ["source", "target"], rows)
    tatoeba = translated("recipes/tatoeba-en-zh.toml", [f"data.folder={folder}"], "test", fresh)
    strings = harness.ROOT / "build/demo/strings"
    if not strings.exists():
        raise Missing(f"{strings} is not here: ./dev demo downloads these catalogues")
    interface = translated("recipes/demo-interface-strings.toml", [f"data.folder={strings}", "train.minutes=8", "train.epochs=20"],
                           "valid", fresh)
    values = {"tatoeba_bleu_zh": tatoeba[0], "tatoeba_chrf": tatoeba[1], "strings_bleu_zh": interface[0],
              "strings_chrf": interface[1]}
    return values, {"tatoeba": tatoeba[2], "strings": interface[2]}


# Pre-training on the training texts, three teachers that begin from it, and their student, which is served.
EVERYTHING = ["pretrain.epochs=8", "train.ensemble=3", "train.seed=1"]


def with_everything(recipe, settings_of_each):
    """One training with all, or one a fold."""
    def measure(fresh):
        folders = [harness.trained(f"recipes/{recipe}.toml", [*settings, *EVERYTHING], fresh) for settings in settings_of_each()]
        scores = [test_scores(folder) for folder in folders]
        records = [harness.run_record(folder) for folder in folders]
        values = {"minutes": round(max(record["seconds"] for record in records) / 60, 2)}
        for name in ("accuracy", "macro_f1"):
            values[name] = round(statistics.mean(100 * one[name] for one in scores), 3)
        return values, {"accuracies": [100 * one["accuracy"] for one in scores], "training": records}
    return measure


def published_values(name):
    published = results_page.published(name)
    if published is None:
        raise Missing(f"{name} is not published yet; ./dev bench {name} --publish")
    return {part["key"]: part["value"] for part in published["parts"]}


def train_minutes(_fresh):
    """What the rows of the classifiers, alone and with all, have published."""
    values = {}
    for suffix, key in (("", ""), ("-all", "_all")):
        published = {name: published_values(name + suffix) for name in CLASSIFIERS}
        values[f"longest{key}"] = max(one["minutes"] for one in published.values())
        for name, one in published.items():
            values[f"{name}{key}_minutes"], values[f"{name}{key}_accuracy"] = one["minutes"], one["accuracy"]
    return values, None


MEASURES = {
    "train-speed": harness.row_of("training_bench", "train-speed"),
    "banking77": banking77,
    "clinc150": clinc150,
    "phrasebank": phrasebank,
    "r8": reuters_r8,
    "banking77-all": with_everything("banking77", lambda: [banking77_settings()]),
    "clinc150-all": with_everything("clinc150", lambda: [clinc150_settings()]),
    "phrasebank-all": with_everything("phrasebank", lambda: [settings for _, settings in phrasebank_folds()]),
    "r8-all": with_everything("reuters-r8", lambda: [reuters_r8_settings()]),
    "train-minutes": train_minutes,
    "translate-bleu-38": translate_bleu_38,
    "translate-zh": translate_zh,
}
