"""The rows of the serving engine, measured by bench/serving_bench.cpp beside LibTorch and onnxruntime-node."""

import subprocess

import harness

ROWS = ("infer-classify", "infer-classify-batch")


def install_onnxruntime():
    done = subprocess.run([harness.ROOT / "scripts/onnxruntime.sh"], text=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise harness.Missing(done.stderr.strip().splitlines()[-1])


def row(name):
    measure_row = harness.row_of("serving_bench", name, "--type", "int8")

    def measure(fresh):
        install_onnxruntime()
        return measure_row(fresh)
    return measure


MEASURES = {name: row(name) for name in ROWS}
