#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/shared_database.h"

namespace heed::store {

// A conversation as its application keeps it; a person's events and conversations are deleted together.
struct StoredConversation {
  std::string tenant{}, id{};
  std::string subject{};  // whom it is with
  std::string state{};    // the application's own word
  int64_t updated_us = 0;
  std::string content{};  // the application's own JSON
};

struct ConversationQuery {
  std::string state{};                  // "": any
  std::optional<std::string> tenant{};  // none: any
  int64_t limit = 50;
};

// The table of conversations, beside the event log in its database. Every function may be called from any
// thread; what has been saved is on the disk when the call returns. Throws as EventLog does.
class ConversationStore {
 public:
  // `url` as open_event_log took it, which has made the table.
  explicit ConversationStore(const std::string& url) : database_(url) {}

  // All in one transaction; each replaces the one of its tenant and id.
  void save(std::span<const StoredConversation> conversations);
  void remove(const std::string& tenant, const std::string& id);
  // What was saved last.
  std::optional<StoredConversation> find(const std::string& tenant, const std::string& id);
  // Those that changed last come first.
  std::vector<StoredConversation> list(const ConversationQuery& query);

 private:
  SharedDatabase database_;
};

}  // namespace heed::store
