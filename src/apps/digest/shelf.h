#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/digest/item.h"
#include "apps/digest/words.h"

namespace heed::apps::digest {

// What several sources carry, once.
struct Story {
  struct Carrier {
    std::string id{}, source{}, url{};
  };

  Item lead{};                  // the first to say it
  std::vector<Carrier> also{};  // the others
  std::string language = "";    // language.h
  double minutes = 0;           // to read
  WordRow row = {};
  uint32_t subject = 0;  // number
  uint32_t source = 0;   // number, of the lead
};

// Items made ready for any reader: near-duplicates (data/minhash.h, similarity 0.7) are one story; each has
// its language, reading time and words; stories that share words have a subject: in order of time, one joins
// the subject whose first story it is most alike (cosine 0.2 or more), or begins its own. Never changes but
// for its vocabulary, which readers' words extend.
class Shelf {
 public:
  explicit Shelf(std::vector<Item> items);

  const std::vector<Story>& stories() const { return stories_; }
  size_t items() const { return items_; }
  Vocabulary& vocabulary() { return vocabulary_; }
  // The word that tells most of a subject.
  const std::string& subject(uint32_t number) const { return subjects_[number]; }

 private:
  void join(std::vector<Item> items);
  void find_subjects();

  size_t items_;
  std::vector<Story> stories_;  // in order of time
  std::vector<std::string> subjects_;
  Vocabulary vocabulary_;
};

}  // namespace heed::apps::digest
