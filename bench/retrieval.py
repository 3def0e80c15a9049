"""Retrieval for customer service: StackFAQ by faq_retrieval, which says how it is measured."""

import json
import tempfile

import harness
import training


def folds(figures):
    mean, half = training.interval(figures)
    return round(mean, 4), round(half, 4)


def support_retrieval(_fresh):
    source = harness.data("support/stackfaq/stackExchange-FAQ.json")
    harness.build("faq_retrieval")
    with tempfile.TemporaryDirectory() as folder:
        found = json.loads(harness.run(harness.program("faq_retrieval"), source, folder))
    values = {}
    for setting, prefix in (("known", ""), ("new", "new_")):
        values[prefix + "map"], values[prefix + "interval"] = folds(found[setting]["hybrid"])
        values[prefix + "bm25"], _ = folds(found[setting]["bm25"])
    return values, found


MEASURES = {
    "support-retrieval": support_retrieval,
}
