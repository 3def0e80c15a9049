#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/digest/reader.h"
#include "apps/digest/shelf.h"

namespace heed::apps::digest {

struct DigestOptions {
  double minutes = 20;
  std::vector<std::string> must = {};  // a story with all words of one of these is in, while minutes last
  double unexpected = 0.1;             // share of the minutes for what nothing speaks of yet
  bool kept = false;                   // saved items come again when they are about to be forgotten
  double half_life_days = 2;           // of a story's freshness, beside the newest that there is
};

enum class Reason { must, kept, unexpected, chosen };
std::string_view to_string(Reason reason);

// What a story is worth, and what it takes at the digest's prices: value = worth x fresh.
struct Account {
  Worth worth = {};
  double fresh = 1, value = 0;
  double minutes = 0;
  double minute_price = 0, subject_price = 0, source_price = 0;

  double cost() const { return minutes * minute_price + subject_price + source_price; }
};

struct Entry {
  Story story = {};
  Reason reason = Reason::chosen;
  Account account = {};
  std::string summary = "";  // sentences of its own
  std::string subject = "";
  std::string why_en = "", why_zh = "";
};

inline constexpr size_t kMostLeftOut = 20;  // that a digest tells of

struct LeftOut {
  Story story = {};
  Account account = {};
  std::string why_en = "", why_zh = "";  // what it would have cost
};

struct Digest {
  double minutes = 0, used = 0;
  double value = 0, bound = 0;         // of what the allocator chose; no choice is worth more
  double minute_price = 0;             // what one more minute would bring
  std::vector<Entry> entries = {};     // what must be read, what returns, then the most valuable first
  std::vector<LeftOut> left_out = {};  // at most kMostLeftOut, those nearest to being in first
  size_t stories = 0, items = 0;       // there were
  std::vector<std::string> notices = {};
};

// What deserves the minutes, and why. Stories that the reader has read, skipped or saved are not offered
// again. Taken first: what must be read, the newest first; saved items that are due, at most two, by their
// summaries; then a share of the minutes for the unexpected, the story of which least is known and that may
// be worth most. The rest is the allocator's (choice.h), over subjects and sources. No minutes: an empty
// digest that says so. The same shelf, reader, options and time give the same digest.
Digest make_digest(Shelf& shelf, const Reader& reader, const DigestOptions& options, int64_t now_us);

}  // namespace heed::apps::digest
