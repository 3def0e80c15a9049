#include "apps/support/yaml_tree.h"

#include <algorithm>
#include <sstream>
#include <unordered_map>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "data/lines.h"
#include "data/place.h"

namespace heed::apps::support {
namespace {

constexpr size_t kMaxDepth = 64;

int64_t line_of(const YAML::Mark& mark) { return mark.is_null() ? 1 : int64_t{mark.line} + 1; }

// Builds the tree out of the parser's events: nothing is ever expanded, so a file makes no more nodes than it
// has bytes.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (done_)
      data::fail_at(file_, line_of(mark),
                    "expected one document, found another; put it into a file of its own");
  }
  void OnDocumentEnd() override { done_ = true; }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { add({.line = line_of(mark)}, false); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    data::fail_at(file_, line_of(mark),
                  "expected a value, found an alias (*name); write out what it stands for");
  }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                const std::string& value) override {
    check_quote(mark);
    add({.kind = YamlNode::Kind::text, .text = value, .line = line_of(mark)}, false);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    add({.kind = YamlNode::Kind::list, .line = line_of(mark)}, true);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    add({.kind = YamlNode::Kind::map, .line = line_of(mark)}, true);
  }
  void OnMapEnd() override { close(); }

  YamlNode take() && { return std::move(root_); }

 private:
  // A list or map whose end has not come, and the lines of the keys it has.
  struct Open {
    YamlNode node;
    std::unordered_map<std::string, int64_t> lines;
    bool wants_value = false;  // of a map: its last key has no value yet
  };

  // yaml-cpp takes a quote that never closes for one that closes at the end of the file, and all between for
  // its text.
  void check_quote(const YAML::Mark& mark) const {
    if (mark.is_null() || static_cast<size_t>(mark.pos) >= text_.size()) return;
    const auto begin = static_cast<size_t>(mark.pos);
    const char quote = text_[begin];
    if (quote != '"' && quote != '\'') return;
    for (size_t at = begin + 1; at < text_.size(); ++at) {
      if (text_[at] == '\\' && quote == '"') {
        ++at;
      } else if (text_[at] == quote) {
        return;
      }
    }
    data::fail_at(file_, line_of(mark), "a quote that does not close; close it, or double it inside '…'");
  }

  void add(YamlNode node, bool opens) {
    if (!open_.empty() && open_.back().node.kind == YamlNode::Kind::map && !open_.back().wants_value) {
      add_key(node);
      return;
    }
    if (!opens) {
      attach(std::move(node));
      return;
    }
    if (open_.size() == kMaxDepth) {
      data::fail_at(file_, node.line,
                    "expected nesting of at most " + std::to_string(kMaxDepth) + " levels, found more");
    }
    open_.push_back({std::move(node), {}, false});
  }

  void add_key(const YamlNode& key) {
    Open& map = open_.back();
    if (key.kind != YamlNode::Kind::text) {
      data::fail_at(file_, key.line, "expected a text as key, found " + std::string(to_string(key.kind)));
    }
    const auto [before, is_new] = map.lines.try_emplace(key.text, key.line);
    if (!is_new) {
      data::fail_at(file_, key.line,
                    "the key " + data::shown(key.text) + " stands twice, first in line " +
                        std::to_string(before->second) + "; the second would hide the first: remove one");
    }
    map.node.keys.push_back(key.text);
    map.node.key_lines.push_back(key.line);
    map.wants_value = true;
  }

  void close() {
    YamlNode node = std::move(open_.back().node);
    open_.pop_back();
    attach(std::move(node));
  }

  void attach(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    open_.back().node.items.push_back(std::move(node));
    open_.back().wants_value = false;
  }

  std::string_view text_;  // as the parser counts it: without a byte order mark
  const std::string& file_;
  std::vector<Open> open_;
  YamlNode root_;
  bool done_ = false;
};

// YAML forbids it, and parsers tell it badly.
void check_indentation(std::string_view text, const std::string& file) {
  int64_t line = 1;
  for (size_t begin = 0; begin < text.size(); ++line) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view whole = text.substr(begin, end - begin);
    const size_t first = whole.find_first_not_of(" \t\r");
    if (first != std::string_view::npos && whole.substr(0, first).find('\t') != std::string_view::npos) {
      data::fail_at(file, line,
                    "a tab in the indentation, where YAML takes spaces only; replace it by spaces");
    }
    begin = end + 1;
  }
}

std::string one_line(std::string message) {
  std::replace(message.begin(), message.end(), '\n', ' ');
  return message;
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  const auto found = std::find(keys.begin(), keys.end(), key);
  return found == keys.end() ? nullptr : &items[static_cast<size_t>(found - keys.begin())];
}

YamlNode parse_yaml(std::string_view text, const std::string& file) {
  if (text.size() > kMaxYamlBytes) {
    throw Error(ErrorCode::too_large,
                file + ": expected at most " + std::to_string(kMaxYamlBytes >> 20) + " MiB of YAML, found " +
                    std::to_string(text.size() >> 20) +
                    "; split it into several files of a folder, or give the examples as CSV");
  }
  data::check_text(text, file);
  check_indentation(text, file);
  if (text.starts_with(data::kByteOrderMark)) text.remove_prefix(data::kByteOrderMark.size());
  std::istringstream stream{std::string(text)};
  TreeBuilder tree(text, file);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(tree)) {
    }
  } catch (const YAML::Exception& problem) {
    data::fail_at(
        file, line_of(problem.mark),
        "expected YAML, found: " + one_line(problem.msg) + "; check the indentation and the quotes here");
  }
  return std::move(tree).take();
}

std::string_view to_string(YamlNode::Kind kind) {
  switch (kind) {
    case YamlNode::Kind::null:
      return "nothing";
    case YamlNode::Kind::text:
      return "a text";
    case YamlNode::Kind::list:
      return "a list";
    case YamlNode::Kind::map:
      return "a map";
  }
  return "?";
}

}  // namespace heed::apps::support
