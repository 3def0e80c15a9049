#include "infer/lstm.h"

#include <algorithm>
#include <vector>

#include "kernels/lstm.h"

namespace heed::infer {
namespace {

struct Place {
  int64_t row = 0;           // of x
  int64_t from = 0, to = 0;  // of the state
};

// The rows at step t of those runs that are that long.
std::vector<Place> places_at(int64_t t, std::span<const Lstm::Run> runs, Lstm::Direction direction) {
  std::vector<Place> places;
  for (const Lstm::Run& run : runs) {
    if (run.count <= t) continue;
    const int64_t at = direction == Lstm::Direction::onward ? t : run.count - 1 - t;
    places.push_back({.row = run.begin + at, .from = t == 0 ? run.from : run.to, .to = run.to});
  }
  return places;
}

Matrix gather(const RowStore& from, std::span<const Place> places) {
  Matrix rows(static_cast<int64_t>(places.size()), from.cols);
  for (int64_t i = 0; i < rows.rows; ++i) {
    std::copy_n(from.row(places[static_cast<size_t>(i)].from), from.cols, rows.row(i));
  }
  return rows;
}

}  // namespace

Lstm::Lstm(const Weights& scope)
    : input_(scope / "input"),
      recurrent_(scope / "recurrent"),
      width_((scope / "recurrent").shape("weight")[1]) {}

Matrix Lstm::forward(const Matrix& x, std::span<const Run> runs, LstmState& state,
                     Direction direction) const {
  const Matrix told = input_(x);
  Matrix y(x.rows, width_);
  for (int64_t t = 0;; ++t) {
    const std::vector<Place> places = places_at(t, runs, direction);
    if (places.empty()) return y;
    Matrix hidden = gather(state.hidden, places), cell = gather(state.cell, places);
    Matrix gates = recurrent_(hidden);
    for (int64_t i = 0; i < gates.rows; ++i) {
      const float* from = told.row(places[static_cast<size_t>(i)].row);
      for (int64_t k = 0; k < gates.cols; ++k) gates.row(i)[k] += from[k];
    }
    kernels::lstm_step(gates.values.data(), cell.values.data(), cell.values.data(), hidden.values.data(),
                       hidden.rows, width_);
    for (int64_t i = 0; i < hidden.rows; ++i) {
      const Place& place = places[static_cast<size_t>(i)];
      std::copy_n(hidden.row(i), width_, y.row(place.row));
      std::copy_n(hidden.row(i), width_, state.hidden.row(place.to));
      std::copy_n(cell.row(i), width_, state.cell.row(place.to));
    }
  }
}

}  // namespace heed::infer
