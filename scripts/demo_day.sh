#!/usr/bin/env bash
# ./dev demo day [--stay]: one day of samples/day/ on one `heed serve`; ./dev demo ends with it. --stay: the server runs on, to be
# looked at in a browser. What it makes stands in $HEED_DEMO_DIR (default build/demo).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/demo_show.sh

export HEED_BIN=${HEED_BIN:-build/release/bin}
heed=$HEED_BIN/heed
folder=$(mkdir -p "${HEED_DEMO_DIR:-build/demo}" && cd "${HEED_DEMO_DIR:-build/demo}" && pwd)
support=$folder/models/support
books=$folder/models/books

# Smaller and trained for less long than `heed support train` chooses by itself: a quarter of a minute, and good enough to know
# when it does not know.
train_support() {
  show "$heed" support import samples/bank/train.{en,zh}.csv samples/support/{answers.json,faq.en.csv,faq.zh.csv} -o "$folder/desk" |
    sed -n '1p;$p'
  show "$heed" support train "$folder/desk" -o "$support" --wrong 0.2 --quiet --fresh \
    --set model.dim=128 --set model.ffn_dim=256 --set train.epochs=6
}

train_books() {
  show "$heed" recommend import samples/day/loans.txt --items samples/day/books.jsonl -o "$folder/library"
  show "$heed" recommend train "$folder/library" -o "$books" --recipe samples/day/books.toml --quiet --fresh
  echo "It is tiny: of 12 loans that were held out, one a reader, this share is among its first 10 books:"
  show "$heed" model show "$books" | grep -E '^\$|splits.test.hit_rate'
}

# unless_there MODEL TRAIN: an earlier demo may have left the model.
unless_there() {
  if [ -e "$1/current" ]; then echo "Already trained: $1 (remove it to train again)"; else "$2"; fi
}

cat <<'TEXT'
Sample data of a town that is made up (samples/day): two newspapers, a bank's customers, what people say about it, a library. What
people read, click and close is scripted, and the server's clock is moved from hour to hour; answers, choices, the alert, prices and
the ledger are what one heed serve makes of it.
以下为示例数据（虚构的小镇）：两份报纸、银行客户的留言、居民的议论、图书馆。人的动作是预先写好的，服务器的时钟逐时拨快；回答、选择、告警、价格与账目由同一个 heed serve 当场得出。
TEXT
heading "Two small models for it  为此训练两个小模型"
unless_there "$support" train_support
unless_there "$books" train_books
python3 scripts/demo_day.py "$folder" "$@"
