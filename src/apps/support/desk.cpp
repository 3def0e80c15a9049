#include "apps/support/desk.h"

#include "base/error.h"
#include "base/log.h"

namespace heed::apps::support {
namespace {

constexpr int64_t kMostAtStart = 10'000;

Conversation parsed(const store::StoredConversation& row) {
  const std::string where = "event log: conversation '" + row.id + "'";
  return conversation_from_json(parse_json(row.content, where), where);
}

}  // namespace

Desk::Desk(const SupportSettings& settings, Services& services)
    : settings_(settings),
      services_(services),
      conversations_(settings.memory()),
      queue_(settings.queue()),
      store_(services.store_url()),
      saver_(store_) {
  for (const store::StoredConversation& row :
       store_.list({.state = std::string(to_string(State::waiting)), .limit = kMostAtStart})) {
    try {
      const Conversation conversation = parsed(row);
      queue_.add({.key = {conversation.tenant, conversation.id},
                  .priority = conversation.priority,
                  .since_us = conversation.waiting_since_us});
    } catch (const Error& problem) {
      spdlog::error("{}; it waits for nobody", problem.what());
    }
  }
}

Desk::~Desk() = default;

std::shared_ptr<const infer::LiveModel> Desk::model(const std::string& name) {
  return services_.model(name.empty() ? settings_.model : name, "classify");
}

SupportModelPointer Desk::load(std::shared_ptr<const infer::LiveModel> model) {
  if (auto known = models_.find(*model)) return known;
  const std::filesystem::path folder = services_.folder_of(*model);
  auto loaded = std::make_shared<const SupportModel>(std::move(model), folder, settings_.engine());
  models_.add(loaded);
  return loaded;
}

LiveConversationPointer Desk::load(const ConversationKey& key) {
  if (auto known = conversations_.find(key)) return known;
  const auto row = store_.find(key.tenant, key.id);
  if (!row)
    throw Error(ErrorCode::not_found,
                "conversation '" + key.id.substr(0, 64) + "': not here; begin one by leaving it out");
  return conversations_.add(parsed(*row));
}

LiveConversationPointer Desk::load_or_begin(const ConversationKey& key) {
  try {
    return load(key);
  } catch (const Error& problem) {
    if (problem.code() != ErrorCode::not_found) throw;
  }
  Conversation conversation;
  conversation.tenant = key.tenant;
  conversation.id = key.id;
  return conversations_.add(std::move(conversation));
}

void Desk::forget(const ConversationKey& key) {
  queue_.remove(key);
  conversations_.drop(key);
  saver_.forget(key);
  store_.remove(key.tenant, key.id);  // a write may have come between
}

}  // namespace heed::apps::support
