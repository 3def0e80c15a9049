// Off-policy estimates: a simulator whose truth is known, Open Bandit, Coat.
#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <map>
#include <numeric>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "economy_evaluation.h"
#include "metrics/off_policy.h"
#include "metrics/slate.h"

namespace heed::bench {
namespace {

namespace fs = std::filesystem;

constexpr size_t kActions = 5, kContext = 3;
using Context = std::array<double, kContext>;
using Probabilities = std::array<double, kActions>;

// People of three features and five actions; the logged policy leans on one linear score, the one to be
// judged on another, which is nearer to what earns.
class Simulator {
 public:
  Simulator() {
    Random random(42);
    for (auto* table : {&earns_, &logged_, &judged_}) {
      for (auto& row : *table) {
        for (double& value : row) value = random.normal();
      }
    }
    for (size_t a = 0; a < kActions; ++a) {
      for (size_t k = 0; k < kContext; ++k) judged_[a][k] = 0.6 * earns_[a][k] + 0.4 * judged_[a][k];
    }
    Random people(7);
    for (int i = 0; i < kTruthPeople; ++i) {
      const Context x = person(people);
      const Probabilities chosen = judged(x);
      for (size_t a = 0; a < kActions; ++a) truth_ += chosen[a] * reward(x, a) / kTruthPeople;
    }
  }

  static Context person(Random& random) { return {random.normal(), random.normal(), random.normal()}; }
  double reward(const Context& x, size_t a) const { return 1 / (1 + std::exp(1.5 - dot(earns_[a], x))); }
  // A model of the rewards that knows half of it.
  double predicted(const Context& x, size_t a) const { return 0.5 * reward(x, a) + 0.12; }
  Probabilities logged(const Context& x) const { return softmax(logged_, x, 0.6); }
  Probabilities judged(const Context& x) const { return softmax(judged_, x, 1.0); }
  double truth() const { return truth_; }

 private:
  static constexpr int kTruthPeople = 2'000'000;
  using Table = std::array<Context, kActions>;

  static double dot(const Context& a, const Context& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
  }
  static Probabilities softmax(const Table& table, const Context& x, double sharpness) {
    Probabilities p{};
    double sum = 0;
    for (size_t a = 0; a < kActions; ++a) sum += p[a] = std::exp(sharpness * dot(table[a], x));
    for (double& one : p) one = 0.05 / kActions + 0.95 * one / sum;
    return p;
  }

  Table earns_{}, logged_{}, judged_{};
  double truth_ = 0.0;
};

size_t draw(const Probabilities& p, Random& random) {
  double left = random.uniform();
  for (size_t a = 0; a + 1 < kActions; ++a) {
    if ((left -= p[a]) < 0) return a;
  }
  return kActions - 1;
}

struct Coverage {
  int64_t runs = 0, covered = 0;
  double error = 0.0;

  void add(const metrics::OffPolicyEstimate& estimate, double truth) {
    ++runs;
    covered += estimate.interval.lower <= truth && truth <= estimate.interval.upper;
    error += estimate.value - truth;
  }
  Json to_json(double truth) const {
    const auto n = static_cast<double>(runs);
    return {{"covered", 100 * static_cast<double>(covered) / n}, {"bias", 100 * error / n / truth}};
  }
};

Json simulate(int runs, int rows) {
  const Simulator simulator;
  std::map<std::string, Coverage> found;
  for (int run = 0; run < runs; ++run) {
    Random random(static_cast<uint64_t>(run) + 1000);
    std::vector<double> rewards, propensities, targets, predicted, values;
    for (int i = 0; i < rows; ++i) {
      const Context x = Simulator::person(random);
      const Probabilities logged = simulator.logged(x), judged = simulator.judged(x);
      const size_t a = draw(logged, random);
      rewards.push_back(random.uniform() < simulator.reward(x, a));
      propensities.push_back(logged[a]);
      targets.push_back(judged[a]);
      predicted.push_back(simulator.predicted(x, a));
      values.push_back(0.0);
      for (size_t b = 0; b < kActions; ++b) values.back() += judged[b] * simulator.predicted(x, b);
    }
    const metrics::LoggedDecisions log{rewards, propensities, targets, predicted, values};
    const double truth = simulator.truth();
    found["ips"].add(metrics::inverse_propensity(log), truth);
    found["snips"].add(metrics::self_normalised_inverse_propensity(log), truth);
    found["dr"].add(metrics::doubly_robust(log), truth);
    found["dm"].add(metrics::direct_method(log), truth);
    found["switch"].add(metrics::switch_doubly_robust(log, {.switch_at = 5}), truth);
  }
  Json result;
  for (const auto& [name, coverage] : found) result[name] = coverage.to_json(simulator.truth());
  return result;
}

// Slates of three positions of two items; the reward is a sum over positions.
Json simulate_slates(int runs, int rows) {
  constexpr std::array<double, 3> kWorth = {0.2, 0.3, 0.1}, kWanted = {0.9, 0.2, 0.5};
  const double logged = 0.4, truth = std::inner_product(kWorth.begin(), kWorth.end(), kWanted.begin(), 0.0);
  Coverage found;
  for (int run = 0; run < runs; ++run) {
    Random random(static_cast<uint64_t>(run) + 9000);
    std::vector<double> rewards, propensities, targets;
    for (int i = 0; i < rows; ++i) {
      double reward = 0.3 * random.normal();
      for (size_t k = 0; k < kWorth.size(); ++k) {
        const bool one = random.uniform() < logged;
        reward += one ? kWorth[k] : 0;
        propensities.push_back(one ? logged : 1 - logged);
        targets.push_back(one ? kWanted[k] : 1 - kWanted[k]);
      }
      rewards.push_back(reward);
    }
    found.add(metrics::slate_pseudo_inverse({rewards, propensities, targets, 3}), truth);
  }
  return found.to_json(truth);
}

// Rows of a log of Open Bandit: item, position, click, propensity.
struct BanditLog {
  std::vector<int> items, positions;
  std::vector<double> clicks, propensities;
};

// Its first column has no name, which data::read_table would refuse; no field that is read is quoted.
BanditLog read_bandit(const fs::path& file) {
  std::ifstream stream(file);
  BanditLog log;
  std::string line;
  std::getline(stream, line);
  if (!line.starts_with(",timestamp,item_id,position,click,propensity_score,"))
    throw Error(ErrorCode::not_found,
                file.string() + ": expected a log of Open Bandit, found another file or none");
  while (std::getline(stream, line)) {
    std::istringstream fields(line);
    std::array<std::string, 6> first;
    for (std::string& field : first) std::getline(fields, field, ',');
    log.items.push_back(std::stoi(first[2]));
    log.positions.push_back(std::stoi(first[3]));
    log.clicks.push_back(std::stod(first[4]));
    log.propensities.push_back(std::stod(first[5]));
  }
  return log;
}

// The Thompson policy looks at nobody, so its probability of an item at a position is taken as the mean of
// the propensities that its own log states there; items it never showed there share what is left.
std::map<std::pair<int, int>, double> thompson_probabilities(const BanditLog& log, int items) {
  std::map<std::pair<int, int>, std::pair<double, int>> sums;
  for (size_t i = 0; i < log.items.size(); ++i) {
    auto& [sum, count] = sums[{log.positions[i], log.items[i]}];
    sum += log.propensities[i];
    ++count;
  }
  std::map<std::pair<int, int>, double> probabilities;
  for (const int position : std::set<int>(log.positions.begin(), log.positions.end())) {
    double known = 0;
    int seen = 0;
    for (int item = 0; item < items; ++item) {
      const auto found = sums.find({position, item});
      if (found == sums.end()) continue;
      probabilities[{position, item}] = found->second.first / found->second.second;
      known += probabilities[{position, item}];
      ++seen;
    }
    for (int item = 0; item < items; ++item) {
      double& p = probabilities[{position, item}];
      if (p == 0 && seen < items) p = std::max(0.0, 1 - known) / (items - seen);
      if (known > 1) p /= known;
    }
  }
  return probabilities;
}

Json open_bandit(const fs::path& folder) {
  const BanditLog uniform = read_bandit(folder / "random/men.csv"),
                  thompson = read_bandit(folder / "bts/men.csv");
  const int items = 1 + *std::ranges::max_element(uniform.items);
  const auto probabilities = thompson_probabilities(thompson, items);
  std::vector<double> targets;
  for (size_t i = 0; i < uniform.items.size(); ++i)
    targets.push_back(probabilities.at({uniform.positions[i], uniform.items[i]}));
  const auto value =
      metrics::self_normalised_inverse_propensity({uniform.clicks, uniform.propensities, targets, {}, {}});
  const auto plain = metrics::inverse_propensity({uniform.clicks, uniform.propensities, targets, {}, {}});
  const auto rate = [](const BanditLog& log) {
    return std::accumulate(log.clicks.begin(), log.clicks.end(), 0.0) /
           static_cast<double>(log.clicks.size());
  };
  return {{"snips", value.value},
          {"lower", value.interval.lower},
          {"upper", value.interval.upper},
          {"ips", plain.value},
          {"effective_rows", value.effective_rows},
          {"random_policy", rate(uniform)},
          {"thompson_own_log", rate(thompson)}};
}

using Ratings = std::vector<std::vector<int>>;

Ratings read_ratings(const fs::path& file) {
  std::ifstream stream(file);
  Ratings ratings;
  for (std::string line; std::getline(stream, line);) {
    std::istringstream words(line);
    ratings.emplace_back();
    for (int rating = 0; words >> rating;) ratings.back().push_back(rating);
  }
  if (ratings.empty()) throw Error(ErrorCode::not_found, file.string() + ": expected ratings, found none");
  return ratings;
}

struct Rated {
  size_t user, item;
  double rating, weight;
};

// Matrix factorisation with biases by stochastic gradient descent; squared errors weighted (arXiv:1602.05352
// eq. 12). Mean squared error on `test`.
double factorise(std::vector<Rated> train, const std::vector<Rated>& test, size_t users, size_t items,
                 double ridge, uint64_t seed) {
  constexpr size_t kFactors = 10;
  constexpr int kEpochs = 60;
  Random random(seed);
  std::vector<double> user_bias(users), item_bias(items), p(users * kFactors), q(items * kFactors);
  for (auto* factors : {&p, &q}) {
    for (double& value : *factors) value = 0.1 * random.normal();
  }
  double mean = 0, weights = 0;
  for (const Rated& one : train) {
    mean += one.weight * one.rating;
    weights += one.weight;
  }
  mean /= weights;
  const auto predict = [&](const Rated& one) {
    double value = mean + user_bias[one.user] + item_bias[one.item];
    for (size_t k = 0; k < kFactors; ++k) value += p[one.user * kFactors + k] * q[one.item * kFactors + k];
    return value;
  };
  const double average = weights / static_cast<double>(train.size());
  for (int epoch = 0; epoch < kEpochs; ++epoch) {
    random.shuffle(train);
    const double rate = 0.02 / (1 + 0.05 * epoch);
    for (const Rated& one : train) {
      const double error = one.rating - predict(one), weight = std::min(one.weight / average, 10.0);
      const double step = rate * weight * error;
      user_bias[one.user] += step - rate * ridge * user_bias[one.user];
      item_bias[one.item] += step - rate * ridge * item_bias[one.item];
      for (size_t k = 0; k < kFactors; ++k) {
        double& a = p[one.user * kFactors + k];
        double& b = q[one.item * kFactors + k];
        const double before = a;
        a += step * b - rate * ridge * a;
        b += step * before - rate * ridge * b;
      }
    }
  }
  double squares = 0;
  for (const Rated& one : test) squares += std::pow(one.rating - std::clamp(predict(one), 1.0, 5.0), 2);
  return squares / static_cast<double>(test.size());
}

// Propensities by naive Bayes from a twentieth of the uniform ratings, as in arXiv:1602.05352 sec. 5.3;
// judged on the rest. The ridge is chosen on a fifth of the training ratings by the same weights.
Json coat(const fs::path& folder) {
  const Ratings chosen = read_ratings(folder / "train.ascii"), uniform = read_ratings(folder / "test.ascii");
  const size_t users = chosen.size(), items = chosen[0].size();
  std::vector<Rated> train, sample, test;
  Random random(5);
  for (size_t u = 0; u < users; ++u) {
    for (size_t i = 0; i < items; ++i) {
      if (chosen[u][i] > 0) train.push_back({u, i, static_cast<double>(chosen[u][i]), 1.0});
      if (uniform[u][i] > 0)
        (random.uniform() < 0.05 ? sample : test).push_back({u, i, static_cast<double>(uniform[u][i]), 1.0});
    }
  }
  std::array<double, 6> among_chosen{}, among_all{};
  for (const Rated& one : train)
    among_chosen[static_cast<size_t>(one.rating)] += 1.0 / static_cast<double>(train.size());
  for (const Rated& one : sample)
    among_all[static_cast<size_t>(one.rating)] += 1.0 / static_cast<double>(sample.size());
  const double share = static_cast<double>(train.size()) / static_cast<double>(users * items);
  std::vector<Rated> weighted = train;
  for (Rated& one : weighted) {
    const auto r = static_cast<size_t>(one.rating);
    one.weight = std::max(among_all[r], 1e-3) / (among_chosen[r] * share);
  }
  const auto best = [&](std::vector<Rated> ratings) {
    random.shuffle(ratings);
    const auto held = static_cast<std::ptrdiff_t>(ratings.size() / 5);
    const std::vector<Rated> valid(ratings.begin(), ratings.begin() + held),
        rest(ratings.begin() + held, ratings.end());
    double least = 1e300, ridge = 0;
    for (const double candidate : {0.03, 0.1, 0.3, 1.0}) {
      const double error = factorise(rest, valid, users, items, candidate, 1);
      if (error < least) {
        least = error;
        ridge = candidate;
      }
    }
    double sum = 0;
    for (uint64_t seed = 1; seed <= 5; ++seed) sum += factorise(ratings, test, users, items, ridge, seed) / 5;
    return sum;
  };
  return {{"naive_mse", best(train)}, {"ips_mse", best(weighted)}, {"test_ratings", test.size()}};
}

}  // namespace

Json off_policy(const fs::path& data) {
  return {{"simulator", simulate(5000, 4000)},
          {"simulator_1000", simulate(5000, 1000)},
          {"slate", simulate_slates(5000, 500)},
          {"open_bandit", open_bandit(data / "open_bandit")},
          {"coat", coat(data / "coat")}};
}

}  // namespace heed::bench
