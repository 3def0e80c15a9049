#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "apps/support/conversations.h"

namespace heed::apps::support {

struct QueueOptions {
  size_t most = 1'000;            // that wait, of all tenants
  size_t most_a_tenant = 500;     // of one
  double urgent_seconds = 600.0;  // an urgent one is served as if it had waited so much longer
};

// Conversations that wait for a person. Of one tenant the highest score is served first,
//   score = seconds waited + (urgent ? urgent_seconds : 0),
// so a normal one that came urgent_seconds earlier is as near as an urgent one, and nobody starves. Between
// tenants the one that was served least (start-time fair queueing, Goyal et al. 1996, every service being
// worth 1): of tenants that both wait all the time, neither is served two more often than the other. Ties go
// to the higher score. All scores grow alike, so the order does not depend on when it is asked for.
// Thread-safe.
class HandoverQueue {
 public:
  struct Entry {
    ConversationKey key{};
    Priority priority = Priority::normal;
    int64_t since_us = 0;
  };

  explicit HandoverQueue(const QueueOptions& options = {}) : options_(options) {}

  // Adds a conversation; one that waits already may become urgent and keeps its time. Throws overloaded where
  // it is full.
  void add(Entry entry);
  // The next, which waits no longer; nullopt where none does.
  std::optional<Entry> take();
  // This one, by name: served, as take() serves. False where it does not wait.
  bool take(const ConversationKey& key);
  // It needs nobody any more. False where it did not wait.
  bool remove(const ConversationKey& key);

  // All, in the order in which take() would give them were nothing to change.
  std::vector<Entry> in_order() const;
  // Place in that order from 0; nullopt where it does not wait.
  std::optional<size_t> position(const ConversationKey& key) const;
  size_t size() const;

 private:
  struct Tenant {
    double served = 0.0;          // virtual time
    std::deque<Entry> waiting{};  // highest score first
  };
  using Tenants = std::map<std::string, Tenant>;

  // The time at which a normal one would have had to come for the same score.
  int64_t rank(const Entry& entry) const;
  void insert(Tenant& tenant, Entry entry) const;
  size_t count() const;
  std::optional<Entry> take_from(Tenants& tenants, double& clock) const;
  bool erase(const ConversationKey& key, bool served);
  static void forget_idle(Tenants& tenants, double clock);

  const QueueOptions options_;
  mutable std::mutex mutex_;
  Tenants tenants_;     // those that wait, and those that were served more than the clock says
  double clock_ = 0.0;  // virtual time of the last service
};

}  // namespace heed::apps::support
