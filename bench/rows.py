"""Every row of docs/results.md: its name, what is measured, and the bar it must hold. The bars live here alone.

A row that can be measured lists its parts, each with a bar a machine checks (op and bar), or without one where the figure
is only reported; `peer` is another system's figure under the same protocol, where one is known. A row that is not
built yet has its bar in words.
A row whose bar is missed says why in `missed`, which the page shows for as long as it is.
"""

from dataclasses import dataclass, field
from typing import List, Optional


@dataclass(frozen=True)
class Part:
    key: str
    unit: str
    op: Optional[str] = None  # ">=" or "<="
    bar: Optional[float] = None
    peer: Optional[float] = None


@dataclass(frozen=True)
class Row:
    name: str
    what: str
    parts: List[Part] = field(default_factory=list)
    wanted: str = ""  # the bar in words, for a row without parts
    missed: str = ""  # where a bar is not reached: why, and by what it is known

    def bar_text(self):
        bars = [f"{part.key} {part.op} {part.bar:g} {part.unit}".rstrip() for part in self.parts if part.op]
        return "; ".join(bars) or self.wanted


def holds(part):
    """Whether a measured part (a dict of the published JSON) keeps its bar; a part without one always does, a missing value never."""
    if part["op"] is None:
        return True
    if part["value"] is None:
        return False
    return part["value"] >= part["bar"] if part["op"] == ">=" else part["value"] <= part["bar"]


@dataclass(frozen=True)
class Section:
    title: str
    rows: List[Row]


SPINE = Section("The spine", [
    Row("translate-bleu", "Multi30k en-de, test_2016_flickr, beam 4, one model, sacreBLEU cased 13a", [
        Part("bleu", "BLEU", ">=", 36.0),
        Part("params_millions", "M", "<=", 12.0),
        Part("bleu_after_20_minutes", "BLEU")]),
    Row("train-memory", "peak memory of that training run (3+3 layers, D 256, FFN 1024, 8000 tokens); Marian 1860 MB", [
        Part("peak_megabytes", "MB", "<=", 1200.0, peer=900.0)]),
    Row("spine-parity", "greatest difference of logits, training against serving, over every architecture and head", [
        Part("max_abs_diff", "", "<=", 1e-4),
        Part("cases", "")]),
    Row("spine-resume", "kill -9 at 20 random steps, resume: runs whose weights equal the uninterrupted run's, bit for bit", [
        Part("equal", "of 20 runs", ">=", 20)]),
    Row("spine-demo", "./dev demo, packages and build done", [
        Part("seconds", "s", "<=", 600.0),
        Part("intent_accuracy", ""),
        Part("translation_bleu", "BLEU"),
        Part("translation_chrf", "chrF")]),
])

ATTENTION = Section("The attention kernels (one thread, H 8, K 64)", [
    Row("attention-forward", "forward, T 512, 2048, 8192, no mask, against the core's sgemm rate at 1024^3 (oneDNN); aim 0.85", [
        Part("t512", "of sgemm", ">=", 0.75),
        Part("t2048", "of sgemm", ">=", 0.75),
        Part("t8192", "of sgemm", ">=", 0.75),
        Part("t512_gflops", "GFLOP/s"),
        Part("t2048_gflops", "GFLOP/s"),
        Part("t8192_gflops", "GFLOP/s")]),
    Row("attention-causal", "forward, causal, T 2048, against the unmasked speed in tokens/s", [
        Part("t2048", "times unmasked", ">=", 1.7),
        Part("t2048_ms", "ms")]),
    Row("attention-libtorch", "forward against LibTorch's matmul-softmax-matmul, T 2048 and 4096; kept: malloc keeps its freed scores", [
        Part("t2048", "times LibTorch", ">=", 2.5),
        Part("t4096", "times LibTorch", ">=", 6),
        Part("t2048_kept", "times LibTorch"),  # where malloc keeps LibTorch's freed memory, which it does not by default
        Part("t4096_kept", "times LibTorch"),
        Part("t2048_ms", "ms"),
        Part("t4096_ms", "ms"),
        Part("t2048_kept_ms", "ms"),
        Part("t4096_kept_ms", "ms")]),
    Row("attention-backward", "backward, counted as 10 T S K H operations, T 2048 (and 512), against sgemm", [
        Part("t2048", "of sgemm", ">=", 0.55),
        Part("t512", "of sgemm"),
        Part("t2048_gflops", "GFLOP/s"),
        Part("t512_gflops", "GFLOP/s")]),
    Row("attention-bf16", "bf16 forward, T 2048, against our fp32", [
        Part("t2048", "times fp32", ">=", 1.5),
        Part("t2048_ms", "ms"),
        Part("difference", "of outputs")]),
    Row("attention-short", "T 24, B 64 (sentences), against LibTorch's unfused, its layout copies included", [
        Part("forward", "times LibTorch", ">=", 2),
        Part("both", "times LibTorch", ">=", 2),
        Part("forward_ms", "ms"),
        Part("both_ms", "ms")]),
    Row("attention-decode", "decode: 64 rows against caches of 16-64 keys, H 4, K 64, against a streaming read of the same rows", [
        Part("in_turn", "times the read", "<=", 1.5),
        Part("again", "times the read"),
        Part("indexed", "times the same rows in order, scattered"),
        Part("in_turn_us", "us"),
        Part("again_us", "us"),
        Part("indexed_us", "us")]),
    Row("attention-memory", "heap and stack that a forward call takes beside arguments and results, T 8192; scores alone 2147 MB in LibTorch", [
        Part("forward", "MB", "<=", 2),
        Part("tapped", "MB", "<=", 2)]),
    Row("attention-tap", "how much slower with k 8 and entropy, and with received mass too; T 2048; aim 5", [
        Part("links", "% slower", "<=", 10),
        Part("received", "% slower", "<=", 70),
        Part("links_ms", "ms"),
        Part("received_ms", "ms")]),
])


CLASSIFIERS = ("banking77", "clinc150", "phrasebank", "r8")


def over_seeds(bar, svm):
    """A classifier's accuracy on its test files, mean of three seeds; the peer is an n-gram linear SVM."""
    return [Part("accuracy", "%", ">=", bar, peer=svm),
            Part("interval", "% around it, 95 %"),
            Part("minutes", "minutes of the slowest seed")]


TRAINING = Section("Training", [
    Row("train-speed", "fp32 (bf16 and its validation loss need a processor with the instructions: not measured), two threads, 3+3 layers, D 256, FFN 1024, Multi30k (Marian 2130, PyTorch 1930-2150); beside two cores' sgemm at "
        "1024^3 and a plain torch::nn::Transformer; aim 7000", [
        Part("tokens_per_second", "target tokens/s", ">=", 4200.0),
        Part("share", "of the fp32 limit", ">=", 0.80),
        Part("times_libtorch", "times LibTorch")],
            missed="a target token costs 45.3 MFLOP, so two cores of this AVX2 machine's 92 GFLOP/s end at 4070 tokens/s; the share of "
                   "that limit is met, and 4200 needs AVX-512 or bf16 products"),
    Row("translate-bleu-38", "as translate-bleu, with all that training offers; aim 40", [
        Part("bleu", "BLEU", ">=", 38.0),
        Part("params_millions", "M")]),
    Row("translate-zh", "English to Chinese: Tatoeba's everyday sentences (1000 English ones held out) and LibreOffice's interface strings "
        "(3 % held out; eight minutes of training)", [
        Part("tatoeba_bleu_zh", "BLEU zh", ">=", 15.0),  # a floor of our own: nobody else gives a figure for this split
        Part("tatoeba_chrf", "chrF"),
        Part("strings_bleu_zh", "BLEU zh"),
        Part("strings_chrf", "chrF")]),
    Row("banking77", "Banking77 test, no outside data, one served model, mean of 3 seeds (fastText 85.7); aim 93.7", over_seeds(92.0, svm=91.2)),
    Row("clinc150", "CLINC150 in-scope test, mean of 3 seeds (MLP on USE 93.5); aim 96", over_seeds(94.0, svm=92.7),
            missed="without a text from elsewhere 15 000 rows carry about 93.2; with six passes of masked tokens over 86 200 unlabelled "
                   "English sentences one seed reached 93.8 (recipes/clinc150-support.toml)"),
    Row("phrasebank", "Financial PhraseBank, 5 folds over train.tsv and valid.tsv together, above an n-gram linear SVM; aim 3", [
        Part("accuracy_gain", "points", ">=", 1.0),
        Part("macro_f1_gain", "points", ">=", 1.0),
        Part("accuracy_gain_interval", "points around it, 95 %"),
        Part("macro_f1_gain_interval", "points around it, 95 %"),
        Part("accuracy", "%"),
        Part("macro_f1", "%"),
        Part("minutes", "minutes of the slowest fold")],
            missed="the attention branch adds little to 3900 sentences: the machine on n-grams carries both, and what is held out for "
                   "validation costs it about a point; docs/ablations.md has what was tried"),
    Row("r8", "Reuters R8, mean of 3 seeds; aim 97.8", over_seeds(97.4, svm=97.4)),
    *(Row(f"{name}-all", f"{name} with pre-training, ensemble and distillation: eight passes over the training texts, three teachers, "
          "their student; one command, one seed; of folds the slowest and the mean", [
        Part("minutes", "minutes", "<=", 40.0),
        Part("accuracy", "%"),
        Part("macro_f1", "%")])
      for name in CLASSIFIERS),
    Row("train-minutes", "wall time and accuracy of the four classifiers, as their own rows tell them: the single model, and with all", [
        Part("longest", "minutes", "<=", 10.0),
        Part("longest_all", "minutes with all", "<=", 40.0),
        *(Part(f"{name}_{key}", unit) for name in CLASSIFIERS
          for key, unit in (("minutes", "minutes"), ("all_minutes", "minutes with all"),
                            ("accuracy", "%"), ("all_accuracy", "% with all")))]),
    Row("train-recurrent", "recurrent model on Multi30k test_2016_flickr, beam 4, same budget", [
        Part("bleu", "BLEU", ">=", 33.0),
        Part("params_millions", "M"),
        Part("minutes", "minutes of training")]),
])

SERVING = Section("The serving engine (one thread)", [
    Row("infer-translate", "Multi30k model, test_2016_flickr, int8: sentences/s scaled to a core whose int8 products reach 400 GOP/s, by what "
        "the same run measures, and as they were here; aim 1200 / 500 / 650 (CTranslate2 282 / 140 / 125)", [
        Part("greedy_64", "sentences/s at 400 GOP/s", ">=", 850.0),
        Part("beam4_64", "sentences/s at 400 GOP/s", ">=", 400.0),
        Part("greedy_1", "sentences/s at 400 GOP/s", ">=", 450.0),
        Part("greedy_64_here", "sentences/s"),
        Part("beam4_64_here", "sentences/s"),
        Part("greedy_1_here", "sentences/s"),
        Part("limit_gops", "GOP/s of int8 products")],
            missed="of beam 4's time half is products at 0.81 of the limit, 27 % the vocabulary's product at 0.87, 12 % attention, 8 % "
                   "ranking (the profile in bench/results/infer-translate.json): spread over all of them 4 % are missing in quiet runs of the machine, up to 13 in others"),
    Row("infer-scaling", "2 workers on 2 cores against one, runs in turn", [
        Part("times", "times one worker", ">=", 1.85)],
            missed="arithmetic alone scales by 1.85 to 1.95 on these two cores; probably the caches: batches of 64 leave the 512 KiB of a core's own cache and "
                   "share the third level: the classifier in process scales by 1.8 with single texts and 1.6 with batches of 64 "
                   "(serve_engine)"),
    Row("infer-quality-loss", "int8 and bf16 against fp32: validation cross-entropy; BLEU on test_2016_flickr, beam 4, with paired bootstrap", [
        Part("int8_loss", "% worse", "<=", 0.5),
        Part("int8_bleu_lost_for_sure", "BLEU", "<=", 0.3),
        Part("int8_bleu_change", "BLEU"),
        Part("bf16_loss", "% worse", "<=", 0.1),
        Part("bf16_bleu_lost_for_sure", "BLEU"),
        Part("bf16_bleu_change", "BLEU"),
        Part("calibrated_loss", "% worse, int8 with --calibrate"),
        Part("calibrated_bleu_lost_for_sure", "BLEU"),
        Part("calibrated_bleu_change", "BLEU"),
        Part("nearest_product_error", "% that int8 products are off by, rounded to the nearest"),
        Part("calibrated_product_error", "%, calibrated")]),
    Row("infer-classify", "encoder classifier, 4 layers, D 256, FFN 1024, 32 tokens, one text, int8: p50 scaled to a core whose int8 products reach 400 GOP/s, "
        "and as it was here; beside a plain LibTorch module and onnxruntime-node, both fp32; aim 0.58", [
        Part("p50", "ms at 400 GOP/s", "<=", 0.7),
        Part("times_libtorch", "times LibTorch", ">=", 3),
        Part("times_onnxruntime", "times onnxruntime", ">=", 2),
        Part("share", "of the products' limit"),
        Part("p50_here", "ms"),
        Part("times_libtorch_ms", "ms"),
        Part("times_onnxruntime_ms", "ms"),
        Part("int8_gops", "GOP/s of int8 products"),
        Part("fp32_gflops", "GFLOP/s")]),
    Row("infer-classify-batch", "same, batches of 64 texts, from lines to probabilities (the peers: from ids to logits); the limit's texts/s are of the products alone", [
        Part("share", "of the products' limit", ">=", 0.6),
        Part("texts_per_second", "texts/s"),
        Part("times_libtorch", "times LibTorch"),
        Part("times_onnxruntime", "times onnxruntime"),
        Part("int8_gops", "GOP/s of int8 products"),
        Part("fp32_gflops", "GFLOP/s")]),
    Row("infer-memory", "peak resident memory, translation int8, one worker, beam 4, batch 64 (Marian 170)", [
        Part("peak_megabytes", "MB", "<=", 100.0, peer=152.0)]),
    Row("infer-pruned", "the Multi30k model made smaller by heed prune (3+1 layers, FFN 384, 4000 pieces a side, taught by the big one) against the big one, both "
        "int8, runs in turn, no shortlist; BLEU on test_2016_flickr at the same beam", [
        Part("greedy_64", "times the big one", ">=", 2.0),
        Part("beam4_64", "times the big one", ">=", 2.0),
        Part("beam4_bleu_lost", "BLEU", "<=", 1.0),
        Part("greedy_bleu_lost", "BLEU", "<=", 1.0),
        Part("beam4_bleu", "BLEU"),
        Part("greedy_bleu", "BLEU"),
        Part("greedy_64_here", "sentences/s"),
        Part("beam4_64_here", "sentences/s"),
        Part("params_millions", "M"),
        Part("minutes", "minutes of recovery training")]),
    Row("infer-start", "process begin to first translation, int8, median of 21", [
        Part("milliseconds", "ms", "<=", 100.0)]),
])

SERVER = Section("The server (client and server on one machine)", [
    Row("serve-throughput", "served classification of 32-token texts (the model of infer-classify, int8), one a request, against the engine called in "
        "process with batches as large as the server's, rounds in turn", [
        Part("share", "of the engine in process", ">=", 0.85),
        Part("texts_per_second", "texts/s"),
        Part("engine_texts_per_second", "texts/s in process"),
        Part("batch", "texts a batch")]),
    Row("serve-overhead", "HTTP alone (GET /v2/health/live), keep-alive: p50 of one connection that asks again and again, and wrk with 32 connections; beside it POST "
        "/v1/classify to a model that does next to nothing, by one and by 64; paced: one request every 5 ms, so that the cores sleep between", [
        Part("p50", "ms", "<=", 0.15),
        Part("requests_per_second", "requests/s", ">=", 25000),
        Part("paced_p50", "ms"),
        Part("model_p50", "ms", "<=", 0.15),
        Part("model_paced_p50", "ms"),
        Part("model_requests_per_second", "requests/s")],
            missed="HTTP alone is within it; a model adds two wake-ups of threads, connection to worker and back, and 0.015 ms too many"),
    Row("serve-connections", "1000 keep-alive connections, 60 s, open loop at 70 % of capacity, each endpoint apart; latencies from when a request "
        "should have been sent; every reply compared with that of the request asked alone", [
        Part("errors", "requests", "<=", 0),
        Part("classify_p99", "ms", "<=", 25.0),
        Part("memory_growth", "MB over the last half of a minute, the worst endpoint", "<=", 2.0),
        *(part for name in ("classify", "translate", "embeddings", "rerank", "events", "infer")
          for part in ([] if name == "classify" else [Part(f"{name}_p99", "ms")]) + [Part(f"{name}_per_second", "requests/s")])],
        missed="capacity is taken with full queues; a text costs a worker 1.6 ms alone on the machine and 1.9 to 2.5 ms beside the other worker, the "
               "connections and the client, so at 70 % of it the workers are busy for 82 to 89 % of the time (top -H) and the queue fills whenever the "
               "machine is slower for some tenths of a second; at 500 requests/s, half of capacity, p99 was 14 ms"),
    Row("serve-overload", "translation at 3 times capacity, 30 s, deadline 1 s; goodput: answers within it, of the capacity measured before", [
        Part("goodput", "of capacity", ">=", 0.85),
        Part("others", "replies but 200 and 429", "<=", 0),
        Part("late", "answers after their deadline", "<=", 0),
        Part("rejected", "replies 429"),
        Part("capacity", "sentences/s"),
        Part("p99", "ms of answers")]),
    Row("serve-swap", "hot swap under load (classify at 30 % of capacity), by the API and by link and SIGHUP in turn", [
        Part("failed", "requests", "<=", 0),
        Part("swaps", "swaps", ">=", 50),
        Part("requests", "requests"),
        Part("p99", "ms")]),
    Row("serve-kill", "kill -9 under load (8 clients that record decisions), 20 times on SQLite and 20 on PostgreSQL", [
        *(part for store in ("sqlite", "postgresql")
          for part in (Part(f"{store}_lost", "acknowledged events", "<=", 0),
                       Part(f"{store}_twice", "events", "<=", 0),
                       Part(f"{store}_kills", "kills while events were written", ">=", 20),
                       Part(f"{store}_acknowledged", "events")))]),
    Row("serve-start", "process begin to ready with three models (the classifier, two translators of 8 M parameters, int8), median of 11", [
        Part("milliseconds", "ms", "<=", 1000.0),
        Part("slowest", "ms")]),
])

SUPPORT = Section("Customer service", [
    Row("support-oos", "CLINC150 full, trained with oos_train: in-scope accuracy / out-of-scope recall where 1 % of validation's messages in scope are "
        "taken for out of scope, mean of 3 seeds (MLP on USE 93.5 / 47.4; BERT 96.9 / 40.3, thresholded 96.2 / 52.3); aim 95 / 70", [
        Part("accuracy", "%", ">=", 93.0, peer=93.5),
        Part("recall", "%", ">=", 60.0, peer=47.4)]),
    Row("support-promise", "CLINC150, at most 5 % wrong automatic answers with confidence 90 %: 100 random re-splits of validation and test pooled, out of scope "
        "10 % of them and wrong when answered, the worst of 3 seeds; the official mix and the official split beside it; aim 85", [
        Part("broken", "of 100 re-splits", "<=", 10),
        Part("answered", "% of messages in scope", ">=", 75.0),
        Part("error", "% of answers"),
        Part("mix_broken", "of 100 re-splits, official mix"),
        Part("mix_answered", "%, official mix"),
        Part("split_answered", "%, fitted on validation, asked the test set"),
        Part("split_error", "% of answers, likewise")]),
    Row("support-coverage", "Banking77, share of test messages answered at 2 % error, the surest first, mean of 3 seeds; and with the promise of 2 % from a tenth of "
        "the training messages", [
        Part("coverage", "%", ">=", 80.0),
        Part("promised_coverage", "%"),
        Part("promised_error", "% of answers")]),
    Row("support-calibration", "expected calibration error (15 bins) of the probability that an answer is right, mean of 3 seeds; of the head's softmax", [
        Part("clinc150_error", "", "<=", 0.03),
        Part("banking77_error", "", "<=", 0.03),
        Part("clinc150_softmax_error", ""),
        Part("banking77_softmax_error", "")]),
    Row("support-retrieval", "StackFAQ, 1249 queries on 719 questions with an answer: full text and n-gram vectors fused, 5 folds; with the other folds' wordings "
        "of a question in its documents, and of new questions (folds of threads), none; beside full text alone", [
        Part("map", "MAP", ">=", 0.75, peer=0.905),  # BERT, triplet loss
        Part("interval", "MAP around it, 95 %"),
        Part("bm25", "MAP, BM25F"),
        Part("new_map", "MAP, new questions", ">=", 0.75, peer=0.665),  # the best unsupervised
        Part("new_interval", "MAP around it, 95 %"),
        Part("new_bm25", "MAP, BM25F")]),
    Row("support-atec", "ATEC Chinese question pairs, own split (no question on two sides), thresholds chosen on validation; gain over "
        "a linear SVM on character n-grams of the pair, 95 % of its paired bootstrap", [
        Part("accuracy_gain_least", "points", ">=", 0.001),
        Part("f1_gain_least", "points", ">=", 0.001),
        Part("accuracy", "%"),
        Part("f1", "%"),
        Part("accuracy_gain_most", "points"),
        Part("f1_gain_most", "points"),
        Part("minutes", "minutes")],
        missed="with 22 000 pairs the network knows its training pairs by heart from the second epoch on (validation's loss is least there), and its own machine over hashed "
               "tf-idf of what two texts share and do not reaches less than the peer's four blocks (each text's own n-grams beside those), each of length 1"),
    Row("support-train", "Banking77 from a table to an answer over HTTP: training, decision rule, start of the server", [
        Part("minutes", "minutes", "<=", 4.0),
        Part("accuracy", "%", ">=", 91.2),
        Part("training_minutes", "minutes")]),
    Row("support-latency", "Banking77's model behind /v1/answer, each message a new conversation that is read, decided, kept and logged: one request in "
        "flight, and 64 connections on two workers, client and server on one machine; beside it /model/parse, which keeps nothing", [
        Part("p50", "ms", "<=", 3.0),
        Part("p99", "ms", "<=", 8.0),
        Part("messages_per_second", "messages/s", ">=", 800.0),
        Part("many_p99", "ms, of 64 connections"),
        Part("parse_p50", "ms, /model/parse"),
        Part("parse_p99", "ms, /model/parse"),
        Part("parse_messages_per_second", "messages/s, /model/parse")]),
])

MONITOR = Section("Watching opinion", [
    Row("monitor-phrasebank", "Financial PhraseBank from the served multi-task model, the folds of phrasebank, against that row's single model", [
        Part("below_single", "points", "<=", 0.5),
        Part("accuracy", "%")]),
    Row("monitor-r8", "Reuters R8 topics from the multi-task model", [
        Part("accuracy", "%", ">=", 97.0)]),
    Row("monitor-shopping", "online_shopping_zh: topic and sentiment from one model, a fifth held out, against the linear SVM over n-grams", [
        Part("topic", "%", ">=", 89.9),
        Part("sentiment", "%", ">=", 93.8),
        Part("topic_over_svm", "points", ">=", 0.0),
        Part("sentiment_over_svm", "points", ">=", 0.0)],
        missed="93.8 is what a machine on character n-grams reached on another split; on this one it reaches 93.22, and the model is above it on both. Twice the epochs with more dropout changed nothing (validation 92.8, test 93.5)"),
    Row("monitor-replay", "Guardian headlines 2017-12 to 2020-07 replayed: the most severe alerts, and those that are not from February to April 2020 (all of them: bench/results/monitor-replay.json). That window was written down after an alert of 5 February 2020 had been seen", [
        Part("of_three_on_the_shock", "of 3", ">=", 3),
        Part("others", "alerts", "<=", 12),
        Part("replays_equal", "", ">=", 1)]),
    Row("monitor-ensemble", "injected surges, 200 series of 90 days: ensemble against the best single detector at one false alert in ten months a series", [
        Part("error_cut", "of 1 - F1", ">=", 0.2),
        Part("f1", ""),
        Part("median_delay_hours", "h")]),
    Row("monitor-budget", "alerts over 1000 simulated quiet days, 20 topics, one alert a day allowed; recall of surges against the best single detector", [
        Part("alerts_a_day", "alerts", "<=", 1.0),
        Part("recall_over_best_single", "", ">=", 0.0),
        Part("recall", "")],
        missed="the budget holds (0.44 of 1 a day), but recall is below that of a detector which spends the whole of it on negative surges and is held back by no account: the policy keeps 0.6 of the budget for surges and the rest for bursts and new stories, and on days of several surges raises what is left of the account (49 of 186 candidates suppressed)"),
    Row("monitor-throughput", "file in to counts committed, 20-word texts, 2 cores; memory of watched series of topic and entity", [
        Part("messages_a_second", "/s", ">=", 2500),
        Part("series", "series", ">=", 100_000),
        Part("gigabytes", "GB", "<=", 1.5),
        Part("int8_share", "% of two cores' int8 limit (400 GOP/s each)"),
        Part("params_millions", "M")]),
    Row("monitor-lag", "message in to trend visible, at half of that load", [
        Part("p99_seconds", "s", "<=", 1.5),
        Part("p50_seconds", "s")]),
    Row("monitor-kill", "kill -9 every few seconds during 200 000 messages through Redis: counts that are wrong", [
        Part("wrong", "messages", "<=", 0),
        Part("kills", "")]),
])

RECOMMEND = Section("Recommendations", [
    Row("recommend-beauty", "Amazon Beauty, leave-one-out, item ids alone, ranked among all items not in the history, mean of 3 seeds; S3Rec .0647 / .0327", [
        Part("hit_rate", "HR@10", ">=", 0.0605, peer=0.0605),
        Part("ndcg", "NDCG@10", ">=", 0.0318, peer=0.0318),
        Part("coverage", "of the items")]),
    Row("recommend-ml100k", "ML-100K, leave-one-out, full ranking; lower ends of paired 95 % intervals of NDCG@10", [
        Part("better_than_popularity", "NDCG@10", ">=", 0.0001),
        Part("better_than_item_knn", "NDCG@10", ">=", 0.0001),
        Part("better_than_factors", "NDCG@10", ">=", 0.0001),
        Part("hit_rate", "HR@10"),
        Part("ndcg", "NDCG@10")]),
    Row("recommend-cold", "Amazon games with titles, a twentieth of the items never seen in training: HR@10 among those, of the people who took one", [
        Part("times_random", "times random", ">=", 5.0),
        Part("above_nearest", "HR@10, lower end of the paired 95 % interval above tf-idf's nearest", ">=", 0.0001),
        Part("hit_rate", "HR@10"),
        Part("nearest", "HR@10 of tf-idf's nearest"),
        Part("one_event", "HR@10, one event known"),
        Part("one_event_nearest", "HR@10 of tf-idf's nearest, one event known")]),
    Row("recommend-train", "training Beauty to that quality on 2 cores, median of 3 seeds", [
        Part("minutes", "min", "<=", 20.0),
        Part("slowest", "min"),
        Part("peak_megabytes", "MB")]),
    Row("recommend-latency", "slate of 10 from 100 000 items, D 64, 50 events known; 2 cores; Metarank reorders a given list in 10-30 ms", [
        Part("p50", "ms", "<=", 4.0),
        Part("p99", "ms", "<=", 10.0),
        Part("per_second", "slates/s", ">=", 500)]),
    Row("recommend-import", "2 million events from a .csv, split and written", [
        Part("per_second", "events/s", ">=", 150000, peer=2300)]),
    Row("recommend-fresh", "event to changed slate, item inserted to ranked, slowest of 200, 100 000 items", [
        Part("event_ms", "ms", "<=", 100.0),
        Part("item_ms", "ms", "<=", 100.0)]),
    Row("recommend-memory", "histories of a million people, 50 events each", [
        Part("gib", "GiB", "<=", 0.6, peer=0.8),
        Part("events_per_second", "events/s taken in")]),
    Row("recommend-promote", "promote on a simulator with known truth, 2000 runs of 2000 slates of 3", [
        Part("covered", "% of the 95 % intervals", ">=", 94.0),
        Part("worse_promoted", "% of the worse policies", "<=", 6.0),
        Part("better_promoted", "% of the better ones")]),
])

ECONOMY = Section("The attention economy", [
    Row("economy-exact", "allocation in parts by prices against CLP's optimum, 1000 problems of 12 kinds up to 10^5 pairs; the loss of whole choices beside it", [
        Part("loss", "% of the optimum, worst", "<=", 0.1),
        Part("infeasibility", "of a limit, worst", "<=", 1e-6),
        Part("slackness", "% of the value, worst"),
        Part("rounding_loss", "% of the optimum, mean"),
        Part("rounding_loss_large", "% of the optimum, mean from 10^4 pairs on"),
        Part("rounding_infeasibility", "of a floor, worst"),
        Part("pairs", "of the largest")]),
    Row("economy-scale", "10^7 pairs (10^6 people x 10 items, minutes, 1000 item limits) on 2 cores, tables in memory to answer; growth from 10^5 pairs; beside CLP at "
        "the largest doubling of 10^5 pairs that it solves in 10 minutes", [
        Part("seconds", "s", "<=", 20.0),
        Part("gap", "% of the bound", "<=", 0.1),
        Part("peak_gigabytes", "GB", "<=", 2.0),
        Part("exponent", "of growth", "<=", 1.15),
        Part("times_clp", "times CLP", ">=", 20),
        Part("clp_pairs", "pairs"),
        Part("clp_seconds", "s"),
        Part("seconds_100000", "s"),
        Part("seconds_300000", "s"),
        Part("seconds_1000000", "s"),
        Part("seconds_3000000", "s")]),
    Row("economy-resolve", "one of 100 limits halved that binds, 10^5 pairs, re-solved warm; median of 21", [
        Part("milliseconds", "ms", "<=", 5.0),
        Part("gap", "% of the bound, worst", "<=", 0.1),
        Part("infeasibility", "of a limit, worst", "<=", 1e-6)]),
    Row("economy-online", "online pacing in parts against the bound in hindsight, 10^5 arrivals, 100 limits, seeds 1 to 20; a drift: values double or halve over the day", [
        Part("mean", "% of hindsight", ">=", 97.0),
        Part("exceeded", "of a budget, worst", "<=", 0),
        Part("least", "% of hindsight"),
        Part("drift", "% of hindsight"),
        Part("whole", "% of hindsight in parts"),
        Part("whole_drift", "% of hindsight in parts")]),
    Row("economy-fsrs", "FSRS-6: conformance.json; log loss on the last 20 % of review_log, fitted to the first 80 %", [
        Part("misses", "known answers", "<=", 0),
        Part("below_average", "nats", ">=", 1e-4),
        Part("below_default", "nats", ">=", 1e-4),
        Part("fit_seconds", "s for 10^5 reviews", "<=", 5.0),
        Part("log_loss", "nats"),
        Part("log_loss_default", "nats"),
        Part("log_loss_average", "nats"),
        Part("predicted_reviews", "")]),
    Row("economy-memory-model", "the attention memory model, under 10 000 parameters, same split as economy-fsrs; median of 5 seeds", [
        Part("parameters", "", "<=", 10_000),
        Part("log_loss", "nats"),
        Part("log_loss_worst", "nats, of the seeds"),
        Part("log_loss_fsrs", "nats, FSRS-6 fitted"),
        Part("log_loss_default", "nats, its default parameters"),
        Part("log_loss_average", "nats, average only"),
        Part("fit_seconds", "s")]),
    Row("economy-ope", "off-policy estimators, 5000 runs of a simulator of known truth, 4000 rows each: coverage of 95 % intervals, bias in % of the truth; the "
        "Thompson policy's value from Open Bandit's random log (its probabilities: means of the propensities in its own log, by position and item); Coat's "
        "uniform test ratings, matrix factorisation without and with IPS (Schnabel et al. 1.20 and 1.09)", [
        Part("ips_off", "points from 95 % coverage", "<=", 1.0),
        Part("dr_off", "points from 95 % coverage", "<=", 1.0),
        Part("slate_off", "points from 95 % coverage", "<=", 1.0),
        Part("ips_covered", "%"),
        Part("dr_covered", "%"),
        Part("snips_covered", "%"),
        Part("slate_covered", "%"),
        Part("ips_covered_1000", "%, 1000 rows each"),
        Part("dm_bias", "%"),
        Part("switch_bias", "%"),
        Part("thompson", "clicks an impression"),
        Part("thompson_lower", "95 %"),
        Part("thompson_upper", "95 %"),
        Part("thompson_own_log", "clicks an impression"),
        Part("coat_naive", "MSE", peer=1.20),
        Part("coat_ips", "MSE", peer=1.09)]),
    Row("economy-shapley", "Shapley's shares of a cover game: exact to 12 players (20 games), sampled with 1000 orders beside it, in its own standard errors; 200 players, "
        "500 orders, error in % of a mean share against another sample", [
        Part("sum_error", "of the total", "<=", 1e-9),
        Part("sampled_apart", "standard errors, the worst of 240", "<=", 4.5),
        Part("sum_error_200", "of the total", "<=", 1e-9),
        Part("error_200", "%"),
        Part("stated_error_200", "%"),
        Part("seconds_200", "s")]),
    Row("economy-ledger", "SQLite, transactions of 2000 postings for a minute; kill -9 of a process that posts one by one, 20 times; the books added up from outside "
        "after each of 10 000 random operations", [
        Part("per_minute", "postings a minute", ">=", 1e6),
        Part("lost", "acknowledged postings", "<=", 0),
        Part("broken", "times that the books did not balance", "<=", 0),
        Part("acknowledged", "postings"),
        Part("operations", "operations")]),
])

DIGEST = Section("One day's attention", [
    Row("digest-choice", "500 items of 20 sources and 60 subjects, 20 minutes, two must be read, diversity: median of 10 problems to solve, and to solve again after the minutes "
        "moved; gap to the integer optimum that CBC proves, the worst of them", [
        Part("solve", "ms", "<=", 50.0),
        Part("again", "ms", "<=", 10.0),
        Part("gap", "%", "<=", 1.0),
        Part("solve_worst", "ms"),
        Part("again_worst", "ms")]),
    Row("digest-worth", "240 simulated readers with hidden tastes over the Guardian's dated headlines (bench/digest_readers.h): value of what is chosen on day 1, 7 and 30 above "
        "the best of newest first, most popular (known exactly) and a TF-IDF profile", [
        Part("above_7", "%", ">=", 30.0),
        Part("above_1", "%"),
        Part("above_30", "%"),
        *(Part(f"{name}_{day}", "read of a digest") for name in ("ours", "newest", "popular", "tfidf", "oracle") for day in (1, 7, 30))],
        missed="day 7 is decided by which of 24 themes a reader likes beside the two that they named, from some thirty headlines shown by then; words of one theme must be known to be alike, and neither we nor the profile know it. Tried on other readers, each within 3 % (a mean over days 5 to 9): harder and softer attention, the weights of prior and topics, a ridge regression on the same words, attention among the stories of the shelf first, everybody's deeds as the prior, hope for what is little known. A reader's taste known exactly would be worth twice as much. Next: vectors of words learned from all that a server saw"),
    Row("digest-flood", "one story pasted by 50 sources, a word changed by some, of a chosen topic, English and Chinese", [
        Part("places", "of the digest", "<=", 1)]),
    Row("loop-day", "60 people's day: alerts, slates, a queue and a digest bid in one market over one ledger, against a quarter of the minutes each under the same rules; "
        "what the four are told of one person's minute, the greatest difference (one market: none, by its making; fixed: with markets of their own). The market is driven directly, without a server", [
        Part("above_fixed", "%", ">=", 5.0),
        Part("unaccounted_ms", "ms", "<=", 0),
        Part("faults", "of the audit", "<=", 0),
        Part("price_spread", "%", "<=", 2.0),
        Part("price_spread_fixed", "%"),
        Part("grants", ""),
        Part("value", ""),
        Part("value_fixed", "")]),
    Row("loop-kill", "kill -9 of the server 20 times while alerts, agents, slates (bids over HTTP) and digests draw on its one market, each client asking again until it is answered; "
        "then what four tasks are told of one person's minute, one after another", [
        Part("lost", "of what was answered", "<=", 0),
        Part("twice", "recorded twice", "<=", 0),
        Part("unbalanced_ms", "ms", "<=", 0),
        Part("kills", "under load", ">=", 20),
        Part("price_spread", "%", "<=", 2.0),
        Part("decisions", "answered"),
        Part("refused", "bids, answered so"),
        Part("settled", "answered")]),
])

SECTIONS = [SPINE, ATTENTION, TRAINING, SERVING, SERVER, SUPPORT, MONITOR, RECOMMEND, ECONOMY, DIGEST]
ROWS = {row.name: row for section in SECTIONS for row in section.rows}
