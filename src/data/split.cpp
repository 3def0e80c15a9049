#include "data/split.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include <fmt/format.h>

#include "base/error.h"
#include "data/row_key.h"

namespace heed::data {
namespace {

// Rows of equal key, which stay together.
struct Group {
  std::vector<size_t> rows;
  double draw = 0;  // in [0, 1), from the key's hash
  bool held_out = false;
};

std::vector<Group> make_groups(const Table& table, const std::vector<size_t>& columns, double share,
                               uint64_t seed) {
  std::vector<Group> groups;
  std::unordered_map<std::string, size_t> known;
  for (size_t i = 0; i < table.rows.size(); ++i) {
    const std::string key = row_key(table.rows[i], columns);
    const auto [at, is_new] = known.emplace(key, groups.size());
    if (is_new) {
      const double draw = static_cast<double>(hash_text(key, seed) >> 11) * 0x1p-53;
      groups.push_back({{}, draw, draw < share});
    }
    groups[at->second].rows.push_back(i);
  }
  return groups;
}

bool before_in_draw(const Group& a, const Group& b) { return a.draw < b.draw; }

// Neither side empty where there are two groups.
void fill_both_sides(std::vector<Group>& groups) {
  if (groups.size() < 2) return;
  const auto held = [](const Group& group) { return group.held_out; };
  if (std::none_of(groups.begin(), groups.end(), held)) {
    std::min_element(groups.begin(), groups.end(), before_in_draw)->held_out = true;
  } else if (std::all_of(groups.begin(), groups.end(), held)) {
    std::max_element(groups.begin(), groups.end(), before_in_draw)->held_out = false;
  }
}

// Rows that a split with the same seed left behind have their smallest draws missing. By chance alone a part
// so far from `share` is drawn with at most exp(-surprise) (Hoeffding 1963, theorem 1).
void check_draws(const std::vector<Group>& groups, double share) {
  constexpr double kSurprise = 18;  // once in sixty million splits
  const auto term = [](double seen, double expected) {
    return seen > 0 ? seen * std::log(seen / expected) : 0.0;
  };
  const auto count = static_cast<double>(groups.size());
  const auto found = static_cast<double>(std::ranges::count(groups, true, &Group::held_out));
  const double expected = share * count;
  if (term(found, expected) + term(count - found, count - expected) <= kSurprise) return;
  throw Error(
      ErrorCode::invalid_argument,
      fmt::format("share: expected about {:.0f} of {:.0f} different texts to hold out, found {:.0f}: these "
                  "rows are what another split with this seed left; name another seed (--seed; train.seed in "
                  "a recipe)",
                  expected, count, found));
}

// Gives back to training, for each label that has no row there, the group that was nearest to it.
void keep_labels_in_training(const Table& table, size_t label_column, std::vector<Group>& groups) {
  std::map<std::string, std::vector<size_t>> groups_of;
  for (size_t g = 0; g < groups.size(); ++g) {
    for (const size_t row : groups[g].rows) {
      for (const std::string& label : split_items(table.rows[row].fields[label_column]))
        groups_of[label].push_back(g);
    }
  }
  for (const auto& [label, members] : groups_of) {
    const bool trained =
        std::any_of(members.begin(), members.end(), [&](size_t g) { return !groups[g].held_out; });
    if (trained) continue;
    const auto nearest = std::max_element(members.begin(), members.end(), [&](size_t a, size_t b) {
      return before_in_draw(groups[a], groups[b]);
    });
    groups[*nearest].held_out = false;
  }
}

std::unordered_map<std::string, std::vector<size_t>> rows_by_key(
    const Table& table, const std::vector<std::string>& key_columns) {
  const std::vector<size_t> columns = columns_of(table, key_columns);
  std::unordered_map<std::string, std::vector<size_t>> rows;
  for (size_t i = 0; i < table.rows.size(); ++i) rows[row_key(table.rows[i], columns)].push_back(i);
  return rows;
}

// How many held-out rows the pairs name, and the first of them: "test.csv:2 is train.csv:7; …".
std::pair<size_t, std::string> name_rows(const Table& train, const Table& held_out,
                                         const std::vector<std::pair<size_t, size_t>>& pairs) {
  constexpr size_t kNamed = 5;
  std::string named;
  size_t rows = 0, last = std::string::npos;
  for (const auto& [train_row, held_out_row] : pairs) {
    if (held_out_row == last) continue;
    last = held_out_row;
    if (rows++ >= kNamed) continue;
    named += (named.empty() ? "" : "; ") + held_out.where(held_out.rows[held_out_row]) + " is " +
             train.where(train.rows[train_row]);
  }
  if (rows > kNamed) named += "; and " + std::to_string(rows - kNamed) + " more";
  return {rows, named};
}

}  // namespace

std::pair<Table, Table> split_off(const Table& table, double share,
                                  const std::vector<std::string>& key_columns,
                                  const std::string& label_column, uint64_t seed) {
  if (!(share > 0 && share < 1)) {
    throw Error(ErrorCode::invalid_argument,
                "share: expected more than 0 and less than 1, found " + std::to_string(share));
  }
  std::vector<Group> groups = make_groups(table, columns_of(table, key_columns), share, seed);
  check_draws(groups, share);
  fill_both_sides(groups);
  if (!label_column.empty()) keep_labels_in_training(table, table.column(label_column), groups);

  std::vector<bool> held_out(table.rows.size());
  for (const Group& group : groups) {
    for (const size_t row : group.rows) held_out[row] = group.held_out;
  }
  std::pair<Table, Table> sides{{table.columns, {}, table.files}, {table.columns, {}, table.files}};
  for (size_t i = 0; i < table.rows.size(); ++i) {
    (held_out[i] ? sides.second : sides.first).rows.push_back(table.rows[i]);
  }
  return sides;
}

std::vector<std::pair<size_t, size_t>> find_leaks(const Table& train, const Table& held_out,
                                                  const std::vector<std::string>& key_columns) {
  const auto train_rows = rows_by_key(train, key_columns);
  const auto held_out_rows = rows_by_key(held_out, key_columns);
  std::vector<std::pair<size_t, size_t>> leaks;
  for (const auto& [key, held] : held_out_rows) {
    const auto found = train_rows.find(key);
    if (found == train_rows.end()) continue;
    for (const size_t row : held) leaks.emplace_back(found->second.front(), row);
    for (size_t i = 1; i < found->second.size(); ++i) leaks.emplace_back(found->second[i], held.front());
  }
  std::sort(leaks.begin(), leaks.end(), [](const auto& a, const auto& b) {
    return std::pair(a.second, a.first) < std::pair(b.second, b.first);
  });
  return leaks;
}

size_t drop_leaked(Table& train, const Table& held_out, const std::vector<std::string>& key_columns) {
  std::vector<size_t> rows;
  for (const auto& leak : find_leaks(train, held_out, key_columns)) rows.push_back(leak.first);
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  erase_rows(train, rows);
  return rows.size();
}

std::string describe_leaks(const Table& train, const Table& held_out,
                           const std::vector<std::pair<size_t, size_t>>& leaks) {
  const auto [rows, named] = name_rows(train, held_out, leaks);
  return "expected held-out rows that training does not see, found " + std::to_string(rows) + " of " +
         std::to_string(held_out.rows.size()) + " in the training rows too: " + named +
         "; remove them from training with --drop-leaked";
}

std::string describe_shared_sources(const Table& train, const Table& held_out, const std::string& source,
                                    const std::string& target) {
  std::vector<bool> leaked(held_out.rows.size());
  for (const auto& leak : find_leaks(train, held_out, {source, target})) leaked[leak.second] = true;
  auto shared = find_leaks(train, held_out, {source});
  std::erase_if(shared, [&](const auto& pair) { return leaked[pair.second]; });
  const auto [rows, named] = name_rows(train, held_out, shared);
  if (rows == 0) return "";
  return std::to_string(rows) + " of " + std::to_string(held_out.rows.size()) +
         " held-out sources stand in the training rows with another translation: " + named;
}

}  // namespace heed::data
