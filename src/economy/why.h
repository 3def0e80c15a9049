#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "economy/allocation.h"
#include "economy/named_problem.h"

namespace heed::economy {

// What a pair's value is spent on, or earned from: a price times what the pair takes.
struct PriceOfPair {
  std::string of;  // "item news-7", "minutes of anna"
  double price = 0, takes = 0;
};

// Why a pair was or was not chosen, in prices: net = value - sum of price x takes. Above 0 it is worth its
// prices, below 0 something else is worth more, 0 it is at the margin.
struct Why {
  std::string person = "", item = "";
  int repetition = 1;  // the n-th time
  double amount = 0, value = 0, net = 0;
  std::vector<PriceOfPair> prices = {};  // those that are not 0
  std::string excluded = "";             // a reason outside of prices, else ""

  std::string text() const;  // one line
};

// Of each repetition of a person and item; one where the pair is excluded. Throws not_found where a name is
// unknown, or where the person and item are no pair.
std::vector<Why> why(const NamedProblem& named, const Allocation& allocation, const std::string& person,
                     const std::string& item);

Json to_json(const Why& why);

}  // namespace heed::economy
