#!/usr/bin/env bash
# ./dev demo [FILE.po]: trains a translator of interface strings and an intent classifier on data that this machine can
# get, lets them answer, and ends with one day of attention on one server (demo_day.sh). Everything it makes stands in
# $HEED_DEMO_DIR (default build/demo).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/packages.sh
source scripts/demo_show.sh

heed=${HEED_BIN:-build/release/bin}/heed
folder=$(mkdir -p "${HEED_DEMO_DIR:-build/demo}" && cd "${HEED_DEMO_DIR:-build/demo}" && pwd)
po_file=${1:-samples/po/notes-zh.po}
translator=$folder/models/interface-strings
classifier=$folder/models/bank-intents
catalogues=libreoffice-l10n-zh-cn

# Debian's own Chinese translations of LibreOffice: downloaded and unpacked here, not installed.
get_catalogues() {
  [ -d "$folder/strings" ] && return
  if ! apt-cache show "$catalogues" >/dev/null 2>&1; then as_root apt-get update -q; fi
  mkdir -p "$folder/download"
  (cd "$folder/download" && apt-get -q -o APT::Sandbox::User="$(id -un)" download "$catalogues") ||
    give_up "could not download the Chinese catalogues (no network?); what could be built is built." "$catalogues"
  dpkg-deb -x "$folder/download/$catalogues"_*.deb "$folder/download"
  mkdir -p "$folder/strings.part"
  find "$folder/download" -name '*.mo' -exec cp -t "$folder/strings.part" {} +
  mv "$folder/strings.part" "$folder/strings"
}

# train RECIPE MODEL [SETTING...]: unless an earlier demo has left the model.
train() {
  local recipe=$1 model=$2 setting settings=()
  shift 2
  if [ -e "$model/current" ]; then
    echo "Already trained: $model (remove it to train again)"
    return
  fi
  for setting in output.model="$model" "$@"; do settings+=(--set "$setting"); done
  if [ -e "$model.run/checkpoint.safetensors" ]; then settings+=(--resume); fi
  "$heed" train "$recipe" "${settings[@]}"
}

answer() {
  printf '%s\n' "I left my card on the bus, please stop it" "手机换号了，收不到验证码怎么办" |
    show "$heed" classify "$classifier" --explain --top 2
  printf '%s\n' "Insert a new table" |
    show "$heed" translate "$translator" --alignment show
}

fill_catalogue() {
  local filled
  filled=$folder/$(basename "$po_file" .po)-filled.po
  show "$heed" translate "$translator" --po "$po_file" -o "$filled"
  msgfmt --check-format -o /dev/null "$filled"
  diff --unchanged-line-format='' --old-line-format='' --new-line-format='  %L' "$po_file" "$filled" | head -n 24 || true
}

closing() {
  cat <<TEXT
The models are in $folder/models. Next, try:
  ./dev demo day --stay            the day again; its server runs on, to be looked at in a browser
  echo "how do I get my money back" | $heed classify $classifier --explain
  echo "Delete the selected rows" | $heed translate $translator --alignment show
  ./dev demo YOUR-FILE.po          fills your own catalogue, marked fuzzy for a person to check
  README.md: train on your own table in five lines
模型都已训练好，接下来可以：
  ./dev demo day --stay            再走一遍这一天，服务器保持运行，用浏览器查看
  echo "我的退款什么时候到账" | $heed classify $classifier --explain
  ./dev demo 你的文件.po            补全你自己的翻译文件，并标记为 fuzzy 等待人工检查
More: README.md, docs/architecture.md     更多：README.zh-CN.md
TEXT
}

if [ ! -r "$po_file" ]; then
  echo "./dev demo: expected a .po file to translate, found no readable file '$po_file'" >&2
  exit 2
fi

heading "1/6  Data: the Chinese catalogues of LibreOffice, and a bank's customer questions"
get_catalogues
heading "2/6  Training a translator of interface strings, English to Chinese"
train recipes/demo-interface-strings.toml "$translator" data.folder="$folder/strings"
heading "3/6  Training an intent classifier, English and Chinese"
train recipes/bank-intents.toml "$classifier"
heading "4/6  What they learned"
show "$heed" model show "$translator"
show "$heed" model show "$classifier"
answer
heading "5/6  A catalogue, filled: $po_file"
fill_catalogue
heading "6/6  One day of attention, on one server  一台服务器上的一天"
scripts/demo_day.sh
heading "Done in $((SECONDS / 60)) min $((SECONDS % 60)) s  完成"
closing
