#include "apps/support/conversations_reader.h"

#include <algorithm>
#include <map>

#include "base/json.h"
#include "base/nearest.h"
#include "data/lines.h"
#include "data/place.h"

namespace heed::apps::support {
namespace {

constexpr int64_t kMaxLineBytes = int64_t{4} << 20;

const std::map<std::string, PastTurn::From>& senders() {
  using From = PastTurn::From;
  static const std::map<std::string, From> kSenders = {
      {"customer", From::customer}, {"user", From::customer}, {"client", From::customer},
      {"visitor", From::customer},  {"agent", From::agent},   {"human", From::agent},
      {"operator", From::agent},    {"staff", From::agent},   {"bot", From::bot},
      {"heed", From::bot},          {"assistant", From::bot}, {"system", From::bot}};
  return kSenders;
}

PastTurn read_turn(const Json& json, const std::string& where) {
  const std::string from = json_field<std::string>(json, "from", where);
  const auto found = senders().find(from);
  if (found == senders().end()) {
    std::vector<std::string> names;
    for (const auto& [name, sender] : senders()) names.push_back(name);
    throw Error(ErrorCode::corrupt_data, where + ": field 'from': expected customer, agent or bot, found '" +
                                             from + "'" + did_you_mean(from, names));
  }
  return {found->second, json_field<std::string>(json, "text", where),
          json_field<int64_t>(json, "ts", where, 0)};
}

// "id" may be a number.
std::string name_of(const Json& json, const char* key, const std::string& fallback) {
  if (!json.contains(key)) return fallback;
  return json[key].is_string() ? json[key].get<std::string>() : json[key].dump();
}

void put_in_order(PastConversation& conversation) {
  std::erase_if(conversation.turns, [](const PastTurn& turn) {
    return turn.text.find_first_not_of(" \t\r\n") == std::string::npos;
  });
  const bool timed = std::all_of(conversation.turns.begin(), conversation.turns.end(),
                                 [](const PastTurn& turn) { return turn.ts != 0; });
  if (timed) std::ranges::stable_sort(conversation.turns, {}, &PastTurn::ts);
}

// Reads lines into conversations.
class Reader {
 public:
  void read(const Json& json, const std::string& where) {
    if (!json.is_object())
      throw Error(ErrorCode::corrupt_data, where + ": expected an object, found " + json.type_name());
    if (!json.contains("turns")) {
      const std::string id = name_of(json, "conversation", "");
      if (id.empty())
        throw Error(ErrorCode::corrupt_data, where + ": expected 'conversation' or 'turns', found neither");
      conversation(id, where).turns.push_back(read_turn(json, where));
      return;
    }
    if (!json["turns"].is_array()) {
      throw Error(ErrorCode::corrupt_data,
                  where + ": field 'turns': expected a list, found " + json["turns"].type_name());
    }
    PastConversation& whole = conversation(name_of(json, "conversation", name_of(json, "id", where)), where);
    for (size_t i = 0; i < json["turns"].size(); ++i) {
      whole.turns.push_back(read_turn(json["turns"][i], where + ": turns[" + std::to_string(i) + "]"));
    }
  }

  std::vector<PastConversation> take() && {
    for (PastConversation& conversation : conversations_) put_in_order(conversation);
    return std::move(conversations_);
  }

 private:
  PastConversation& conversation(const std::string& id, const std::string& where) {
    const auto [number, is_new] = numbers_.try_emplace(id, conversations_.size());
    if (is_new) conversations_.push_back({id, {}, where});
    return conversations_[number->second];
  }

  std::map<std::string, size_t> numbers_;
  std::vector<PastConversation> conversations_;
};

}  // namespace

bool holds_conversations(std::string_view text) {
  const size_t first = text.find('{');
  const std::string_view line =
      text.substr(std::min(first, text.size()), text.find('\n', first) - std::min(first, text.size()));
  const Json json = Json::parse(line, nullptr, false);
  return json.is_object() && (json.contains("turns") || json.contains("conversation"));
}

std::vector<PastConversation> read_conversations(std::string_view text, const std::string& file) {
  data::check_text(text, file);
  data::LineCursor lines(text, file, kMaxLineBytes);
  Reader reader;
  while (lines.next()) {
    if (lines.line().empty()) continue;
    const std::string where = file + ":" + std::to_string(lines.number());
    reader.read(parse_json(lines.line(), where, 8, "each line is one JSON object"), where);
  }
  return std::move(reader).take();
}

}  // namespace heed::apps::support
