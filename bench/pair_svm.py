"""pair_svm.py TRAIN.csv VALID.csv TEST.csv: a linear SVM over character n-grams of pairs of texts, as JSON.

The peer of the row support-atec: columns a, b and same. Features of a pair are the n-grams (1 to 4 characters) of a, of b, of
both, and of one alone, each block of unit length. C, class weights and the thresholds of accuracy and F1 are chosen on VALID.
"""

import csv
import json
import sys

import numpy
from scipy.sparse import hstack
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC


def read(path):
    with open(path, newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return [row["a"].lower() for row in rows], [row["b"].lower() for row in rows], numpy.array([int(row["same"]) for row in rows])


def features(counts, a, b):
    first, second = counts.transform(a), counts.transform(b)
    both = first.multiply(second)
    blocks = [first, second, both, first + second - 2 * both]
    return hstack([normalize(block.astype(float)) for block in blocks]).tocsr()


def f1(truth, found):
    hits = numpy.sum(truth & found)
    return 2 * hits / max(1, numpy.sum(truth) + numpy.sum(found))


def accuracy(truth, found):
    return numpy.mean(truth == found)


def best_threshold(score, truth, scores):
    """Of all cuts between sorted scores, the one with the highest figure."""
    candidates = numpy.quantile(scores, numpy.linspace(0, 1, 1001))
    return max(candidates, key=lambda cut: score(truth, (scores > cut).astype(int)))


def main():
    train, valid, test = (read(path) for path in sys.argv[1:4])
    counts = CountVectorizer(analyzer="char", ngram_range=(1, 4), binary=True, min_df=2).fit(train[0] + train[1])
    x_train, x_valid, x_test = (features(counts, a, b) for a, b, _ in (train, valid, test))
    report = {}
    for name, score in (("accuracy", accuracy), ("f1", f1)):
        best = None
        for weight in (None, "balanced"):
            for cost in (0.003, 0.01, 0.03, 0.1, 0.3):
                machine = LinearSVC(C=cost, class_weight=weight).fit(x_train, train[2])
                scores = machine.decision_function(x_valid)
                cut = best_threshold(score, valid[2], scores)
                value = score(valid[2], (scores > cut).astype(int))
                if best is None or value > best[0]:
                    best = (value, cost, weight, cut, machine)
        found = (best[4].decision_function(x_test) > best[3]).astype(int)
        report[name] = {"value": float(score(test[2], found)), "valid": float(best[0]), "cost": best[1],
                        "class_weight": best[2], "found": found.tolist()}
    print(json.dumps(report))


if __name__ == "__main__":
    main()
