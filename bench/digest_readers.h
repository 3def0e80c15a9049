#pragma once

#include <string>

#include "base/json.h"

namespace heed::bench {

// Simulated readers over dated headlines (lines of {"ts": "2020-03-09", "text": …}). Their tastes are hidden:
// headlines are of 24 themes of business pages, by lists of words that no method sees, or of none; a reader
// loves 3 themes (reads 80 % of what is shown of them), likes 5 (40 %) and has 5 % for all else. On the first
// day each names two loved themes, by a word or two. Every day a method chooses for 0.35 minutes (some five
// headlines: twenty minutes of whole articles) from what the last 14 days had (what a server keeps) and this
// reader was not shown; what is shown is read or skipped by the taste, the same whoever shows it, and known
// to that method from then on. Value: what the reader's taste gives what is shown, a sum. Methods start alike
// and learn from what they show alone: ours (age costs nothing, as these readers do not mind it); newest
// first; most popular (by the tastes of all readers, known exactly: more than any system knows); TF-IDF
// profile (mean of what was read and of the named words, by cosine). Beside them `oracle`, which knows each
// reader's taste exactly: more cannot be had.
Json simulate_readers(const std::string& path);

}  // namespace heed::bench
