"""What every measurement shares: programs, data, trained models kept for reuse, and where a figure came from."""

import hashlib
import json
import os
import shutil
import subprocess
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / os.environ.get("HEED_PRESET", "release")
KEPT = ROOT / "build" / "bench"
DATA = Path(os.environ.get("HEED_DATA", ROOT.parent / "shared" / "data")).resolve()

# What heed-train is built from; a change elsewhere leaves trained models valid.
TRAINING_SOURCES = ("base", "text", "attention", "kernels", "data", "metrics", "model", "infer", "train", "tune")


class Missing(Exception):
    """What a measurement needs is not here: data, a peer, a program. Its text is one line."""


def build(*targets):
    jobs = str(os.cpu_count() or 1)
    for command in (["cmake", "--preset", BUILD.name, "-Wno-dev", "--log-level=WARNING"],
                    ["cmake", "--build", str(BUILD), "--parallel", jobs, "--target", *targets]):
        if subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL).returncode != 0:
            raise Missing(f"the build failed: {' '.join(command)}")


def program(name):
    return str(BUILD / "bin" / name)


def data(path):
    """A file of the shared data, as text; Missing where it is absent."""
    file = DATA / path
    if not file.exists():
        raise Missing(f"{file} is not here: set HEED_DATA to the folder that holds {path}")
    return str(file)


def environment():
    return dict(os.environ, HEED_DATA=str(DATA))


def run(*command):
    """Runs to the end and returns standard output; Missing with the program's own last line where it fails."""
    done = subprocess.run([str(word) for word in command], cwd=ROOT, env=environment(), text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no output"]
        raise Missing(f"{' '.join(map(str, command))} exited with {done.returncode}: {lines[-1]}")
    return done.stdout


def run_measured(command, stdout=None):
    """Runs with output shown, or into `stdout`; returns {seconds, peak_megabytes} of that one process (decimal megabytes)."""
    start = time.monotonic()
    process = subprocess.Popen([str(word) for word in command], cwd=ROOT, env=environment(), stdout=stdout)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Missing(f"{' '.join(map(str, command))} exited with {process.returncode}")
    return {"seconds": round(time.monotonic() - start, 1), "peak_megabytes": round(usage.ru_maxrss * 1024 / 1e6, 1)}


def row_of(bench, name, *options):
    """A measurement by a program of bench/: it prints a row's table, shown, and a last line of JSON that holds the values."""
    def measure(_fresh):
        build(bench)
        *table, line = run(program(bench), "--row", name, "--json", *options).splitlines()
        print("\n".join(table), flush=True)
        measured = json.loads(line)
        return measured["values"], measured["quality"]
    return measure


def setting(overrides, key, otherwise):
    """The last value that "key=value" overrides give `key`."""
    values = [override.split("=", 1)[1] for override in overrides if override.split("=", 1)[0] == key]
    return values[-1] if values else otherwise


def data_files(recipe, overrides):
    """The files that a recipe's [data] and [pretrain] name and that exist."""
    sections = tomllib.loads(recipe.read_text())
    section = sections.get("data", {})
    folder = ROOT / setting(overrides, "data.folder", section.get("folder", ""))
    names = [name for key in ("train", "valid", "test") for name in section.get(key, [])] + sections.get("pretrain", {}).get("files", [])
    return [folder / name for name in names if (folder / name).is_file()]


def job_hash(recipe, overrides, files=()):
    """Changes with the recipe, its overrides, the data, and these files."""
    file = ROOT / recipe
    digest = hashlib.sha256(file.read_bytes() + json.dumps(overrides).encode())
    for one in [*files, *data_files(file, overrides)]:
        digest.update(str(one).encode() + hashlib.sha256(one.read_bytes()).digest())
    return digest.hexdigest()[:16]


def recipe_hash(recipe, overrides):
    """Changes with the code that trains too."""
    sources = [source for folder in TRAINING_SOURCES for source in (ROOT / "src" / folder).rglob("*.[hc]*")]
    sources.append(ROOT / "src/cli/train_main.cpp")
    return job_hash(recipe, overrides, [one for one in sorted(sources) if one.is_file()])


def train_command(recipe, model, overrides, resume=False):
    settings = [word for override in (f"output.model={model}", *overrides) for word in ("--set", override)]
    return [program("heed"), "train", recipe, *settings, *(["--resume"] if resume else [])]


def is_trained(recipe, overrides):
    return (ROOT / recipe).exists() and (KEPT / recipe_hash(recipe, overrides) / "run.json").exists()


def trained(recipe, overrides, fresh=False):
    """The folder of a model trained by `recipe`: model/ and run.json (seconds, peak_megabytes, command). Trained once a
    state of recipe, code and data."""
    if not (ROOT / recipe).exists():
        raise Missing(f"{recipe} is not here")
    build("heed", "heed-train")
    folder = KEPT / recipe_hash(recipe, overrides)
    record = folder / "run.json"
    if is_trained(recipe, overrides) and not fresh:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    command = train_command(recipe, folder / "model", overrides)
    measured = run_measured(command)
    if not (folder / "model" / "current").exists():
        raise Missing(f"{' '.join(map(str, command))} was stopped before its end")
    record.write_text(json.dumps(dict(measured, command=" ".join(map(str, command)), cpu=cpu(), commit=commit(),
                                      job=job_hash(recipe, overrides))))
    return folder


def served(recipe, overrides, fresh=False):
    """As `trained`, for a row that measures how a model is served: whatever code trained it, the latest one of this
    recipe and data is taken."""
    if not (ROOT / recipe).exists():
        raise Missing(f"{recipe} is not here")
    job = job_hash(recipe, overrides)
    kept = [folder for folder in KEPT.glob("*") if (folder / "run.json").exists() and run_record(folder).get("job") == job]
    if not kept or fresh:
        return trained(recipe, overrides, fresh)
    build("heed")
    return max(kept, key=lambda folder: (folder / "run.json").stat().st_mtime)


def run_record(folder):
    return json.loads((folder / "run.json").read_text())


def model_file(model, name):
    """A file of the model directory's current version."""
    file = Path(model) / "current" / name
    if not file.exists():
        raise Missing(f"{file} is not here: the training left no such file")
    return file


def parameters(model):
    """How many numbers the weights hold, from the safetensors header."""
    with open(model_file(model, "model.safetensors"), "rb") as stream:
        header = json.loads(stream.read(int.from_bytes(stream.read(8), "little")))
    count = 0
    for name, tensor in header.items():
        if name != "__metadata__":
            size = 1
            for extent in tensor["shape"]:
                size *= extent
            count += size
    return count


def commit():
    """Of the tree that is measured; figures of other rows, published since, do not make it another one."""
    def git(*words):
        return subprocess.run(["git", *words], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.strip()
    text = git("describe", "--always")
    changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!bench/results", ":!docs/results.md")
    return (text or "none") + ("-dirty" if changed else "")


def cpu():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return f"{line.split(':', 1)[1].strip()}, {os.cpu_count()} cores"
    return f"{os.uname().machine}, {os.cpu_count()} cores"
