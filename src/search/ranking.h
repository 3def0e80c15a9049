#pragma once

#include <memory>
#include <span>

#include "search/hit.h"
#include "search/index.h"
#include "search/postings.h"

namespace heed::search {

// The score of each passage (by row) for terms with these postings, as Bm25 has it; 0 where it has none of
// them.
std::vector<double> bm25_scores(const PassageTable& table,
                                std::span<const std::shared_ptr<const Postings>> terms, const Bm25& bm25);

// The `limit` highest scores above 0 of the rows that `wanted` (empty: all) allows.
Hits best_rows(const PassageTable& table, std::span<const double> scores, const std::vector<bool>& wanted,
               int64_t limit);

}  // namespace heed::search
