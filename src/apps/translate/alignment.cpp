#include "apps/translate/alignment.h"

#include <algorithm>
#include <numeric>

#include "apps/console.h"
#include "metrics/confusion_table.h"

namespace heed::apps {
namespace {

constexpr std::string_view kEnd = "</s>";
constexpr std::string_view kWordBegin = "\xe2\x96\x81";  // U+2581, SentencePiece's mark
constexpr size_t kShown = 3;
constexpr float kLeastShown = 0.1F;

std::string short_number(float value) {
  std::string text = fixed(value, 3);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

// The numbers of the largest shares, largest first.
std::vector<size_t> strongest(const std::vector<float>& shares) {
  std::vector<size_t> order(shares.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, [&](size_t a, size_t b) { return shares[a] > shares[b]; });
  return order;
}

std::string describe_row(const std::vector<float>& shares, const std::vector<std::string>& source_pieces) {
  std::string text;
  const std::vector<size_t> order = strongest(shares);
  for (size_t i = 0; i < std::min(order.size(), kShown); ++i) {
    const float share = shares[order[i]];
    if (i > 0 && share < kLeastShown) break;
    if (i > 0) text += ", ";
    text += readable_piece(source_pieces[order[i]]) + " " + dim(fixed(share, 2));
  }
  return text;
}

}  // namespace

std::string hard_alignment(const Alignment& alignment, const std::vector<std::string>& pieces) {
  std::string text;
  for (size_t t = 0; t < alignment.size(); ++t) {
    if (alignment[t].empty() || (t < pieces.size() && pieces[t] == kEnd)) continue;
    const auto best = std::ranges::max_element(alignment[t]) - alignment[t].begin();
    if (!text.empty()) text += ' ';
    text += std::to_string(best) + "-" + std::to_string(t);
  }
  return text;
}

std::string soft_alignment(const Alignment& alignment) {
  std::string text;
  for (const std::vector<float>& shares : alignment) {
    if (!text.empty()) text += ' ';
    for (size_t s = 0; s < shares.size(); ++s) {
      if (s > 0) text += ',';
      text += short_number(shares[s]);
    }
  }
  return text;
}

std::string readable_alignment(const infer::Translation& translation,
                               const std::vector<std::string>& source_pieces) {
  int64_t width = 0;
  for (const std::string& piece : translation.pieces) {
    width = std::max(width, metrics::display_width(readable_piece(piece)));
  }
  std::string text;
  for (size_t t = 0; t < translation.alignment.size() && t < translation.pieces.size(); ++t) {
    if (translation.pieces[t] == kEnd) continue;
    text += "  " + metrics::fit_to_width(readable_piece(translation.pieces[t]), width) + dim(" ← ") +
            describe_row(translation.alignment[t], source_pieces) + "\n";
  }
  return text;
}

std::string readable_piece(const std::string& piece) {
  if (piece == kEnd) return "∎";
  if (piece == kWordBegin) return "␣";
  return piece.starts_with(kWordBegin) ? piece.substr(kWordBegin.size()) : piece;
}

}  // namespace heed::apps
