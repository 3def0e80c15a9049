"""The rows of the attention economy: solvers by bench/economy_bench.cpp; estimates and accounts held against truths that are
known by bench/economy_evaluation.cpp."""

import json

import harness


def evaluation(*words):
    harness.build("economy_evaluation")
    return json.loads(harness.run(harness.program("economy_evaluation"), *words))


def economy_ope(_fresh):
    found = evaluation("off-policy", harness.data("economy"))
    simulator, bandit, coat = found["simulator"], found["open_bandit"], found["coat"]
    values = {f"{name}_covered": round(simulator[name]["covered"], 2) for name in ("ips", "snips", "dr")}
    values |= {f"{name}_off": round(abs(values[f"{name}_covered"] - 95), 2) for name in ("ips", "dr")}
    values |= {"slate_covered": round(found["slate"]["covered"], 2), "slate_off": round(abs(found["slate"]["covered"] - 95), 2)}
    values |= {f"{name}_bias": round(simulator[name]["bias"], 2) for name in ("dm", "switch")}
    values |= {"ips_covered_1000": round(found["simulator_1000"]["ips"]["covered"], 2)}
    values |= {"thompson": round(bandit["snips"], 5), "thompson_lower": round(bandit["lower"], 5),
               "thompson_upper": round(bandit["upper"], 5), "thompson_own_log": bandit["thompson_own_log"]}
    values |= {"coat_naive": round(coat["naive_mse"], 3), "coat_ips": round(coat["ips_mse"], 3)}
    return values, found


def economy_shapley(_fresh):
    found = evaluation("shapley")
    return {"sum_error": found["exact_sum_error"], "sampled_apart": round(found["sampled_errors_apart"], 2),
            "sum_error_200": found["sum_error_200"], "error_200": round(100 * found["error_200"], 2),
            "stated_error_200": round(100 * found["stated_error_200"], 2), "seconds_200": round(found["seconds_200"], 2)}, None


def economy_ledger(_fresh):
    found = evaluation("ledger")
    return {"per_minute": round(found["sustained"]["per_minute"]), "lost": found["kill"]["lost"],
            "broken": found["conservation"]["broken"] + sum(part["faults"] for part in found.values()),
            "acknowledged": found["kill"]["acknowledged"], "operations": found["conservation"]["operations"]}, found


ROWS = ("economy-exact", "economy-scale", "economy-resolve", "economy-online", "economy-fsrs", "economy-memory-model")
MEASURES = {name: harness.row_of("economy_bench", name) for name in ROWS} | {
    "economy-ope": economy_ope, "economy-shapley": economy_shapley, "economy-ledger": economy_ledger}
