"""linear_svm.py TRAIN.csv TEST.csv: scikit-learn's linear SVM over word (1-2) and character (2-5) n-grams, as JSON.

The peer of the classification rows: columns text and label, tf-idf with sublinear counts, C = 1.
"""

import csv
import json
import sys

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import accuracy_score, f1_score
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC


def read(path):
    with open(path, newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return [row["text"] for row in rows], [row["label"] for row in rows]


def main():
    texts, labels = read(sys.argv[1])
    held_out, wanted = read(sys.argv[2])
    features = make_union(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
                          TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True))
    found = make_pipeline(features, LinearSVC(C=1.0)).fit(texts, labels).predict(held_out)
    print(json.dumps({"accuracy": accuracy_score(wanted, found), "macro_f1": f1_score(wanted, found, average="macro")}))


if __name__ == "__main__":
    main()
