#pragma once

#include <vector>

#include "search/index_writer.h"

namespace heed::search {

// A small bank's knowledge in both languages.
inline std::vector<Passage> bank_passages() {
  return {
      {.id = "lost",
       .title = "How do I block a lost card?",
       .text = "Open the app and tap Block. A new card arrives within five days.",
       .questions = {"My wallet was stolen", "I can't find my debit card"},
       .source = "faq.csv:2",
       .language = "en",
       .tags = {"cards", "urgent"}},
      {.id = "fees",
       .title = "What does a transfer cost?",
       .text = "Transfers inside the country are free. Abroad each costs two euros.",
       .source = "faq.csv:3",
       .language = "en",
       .tags = {"payments"}},
      {.id = "limit",
       .title = "How much can I withdraw a day?",
       .text = "Up to 500 euros with a card.",
       .source = "faq.csv:4",
       .language = "en",
       .tags = {"cards"}},
      {.id = "丢失",
       .title = "银行卡丢失了怎么办？",
       .text = "请在手机应用中点击“冻结”。新卡五天内寄到。",
       .questions = {"我的钱包被偷了"},
       .source = "常见问题.csv:2",
       .language = "zh",
       .tags = {"cards", "urgent"},
       .begin = 3,
       .end = 25,
       .extra = {{"intent", "lost_card"}}},
      {.id = "转账",
       .title = "转账要多少钱？",
       .text = "境内转账免费，境外每笔两欧元。",
       .source = "常见问题.csv:3",
       .language = "zh",
       .tags = {"payments"}},
  };
}

inline void write_bank(const std::filesystem::path& path) {
  IndexWriter writer(path);
  writer.put(bank_passages());
  writer.commit();
}

}  // namespace heed::search
