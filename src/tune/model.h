#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "train/examples.h"
#include "train/history.h"
#include "train/network.h"
#include "train/recipe.h"
#include "train/trainer.h"
#include "tune/run_folder.h"

namespace heed::tune {

struct FitOptions {
  Start start = Start::refuse_unfinished;
  bool quiet = false;
  std::string command = {};                   // for metrics.json: how to repeat it
  std::function<bool()> stop_requested = {};  // polled after every step
  std::string title = {};                     // begins each line of progress
  const train::Corpus* corpus = nullptr;      // copied, in place of the data that the recipe names
  std::filesystem::path pretrained = {};      // weights that stand in for a pre-training of its own
};

// A model as a recipe describes it: data read and checked, tokenizers learned, weights fresh. In three steps,
// as in Keras:
//   tune::Model model(train::read_recipe("recipe.toml", {}));
//   train::History history = model.fit();
//   auto scores = model.evaluate(model.corpus().test);
//   auto answers = model.predict({"when does my card arrive?"});
class Model {
 public:
  // Reads the data; throws what is wrong with it before anything is trained.
  explicit Model(train::Recipe recipe, FitOptions options = {});
  ~Model();

  // Trains. Afterwards finished() tells whether it ran to its end; if so the best weights stand in the model
  // and the heads' temperatures are fitted on validation.
  train::History fit();
  bool finished() const { return finished_; }

  // Loss and metrics of a split, by the network; BLEU and chrF by the serving engine.
  std::map<std::string, double> evaluate(const train::Split& split) const;

  // The translation, or the first head's most likely label, of each text, by the serving engine.
  std::vector<std::string> predict(const std::vector<std::string>& texts) const;

  // Of a finished model: writes the next version of recipe.output.model with metrics, card and the run's
  // records. Returns its path.
  std::filesystem::path save() const;

  const train::Corpus& corpus() const { return corpus_; }
  const train::Recipe& recipe() const { return recipe_; }
  const train::Network& network() const { return network_; }

 private:
  struct Phase;
  train::Corpus load_corpus();
  train::Callbacks callbacks();
  // Each false where it was stopped before its end (phases.cpp).
  bool pretrain(train::ProgressBar& progress);
  bool fit_round(int64_t round, train::ProgressBar& progress);
  void label_more(train::ProgressBar& progress);
  void keep_best_round(train::ProgressBar& progress);
  // Lets the corpus hold what its teachers say. False where it was asked to stop.
  bool learn_from_teachers(train::ProgressBar& progress);
  void calibrate();
  void calibrate_pairs();
  // What validation says of the finished model; then, with train.refit, its rows are learned from too.
  void judge();
  // A split's first `rows` (0: all) by the serving engine; none for a classifier.
  std::vector<std::string> translate(const train::Network& network, const train::Split& split,
                                     int64_t rows) const;
  std::map<std::string, double> figures(const train::Split& split,
                                        const std::vector<std::string>& translated) const;
  Json metrics() const;
  void snapshot(const train::Network& network, double minutes) const;

  train::Recipe recipe_;
  FitOptions options_;
  std::unique_ptr<RunFolder> run_;
  data::Table back_translated_;
  train::Corpus corpus_;
  train::Network network_;
  train::History history_;
  std::vector<train::Example> labelled_;  // by the round before
  struct {
    int64_t steps = 0;
    double seconds = 0.0;
  } totals_;  // of all phases that have ended
  struct {
    int64_t round = 0;
    double metric = 0.0;
    int64_t step = 0;
    int64_t labelled = 0;  // texts that it learned from
    std::filesystem::path weights;
  } best_;  // round on validation
  struct {
    std::map<std::string, double> figures;
    std::string predictions;
  } judged_;                            // the finished model, on validation
  std::vector<double> linear_factors_;  // a head: how much validation lets its linear branch count
  ModelConfig config_;                  // the corpus's, with fitted temperatures
  bool finished_ = false;
};

// Of every number of every example: tells whether the data of two sittings are the same.
uint64_t corpus_fingerprint(const train::Corpus& corpus);

}  // namespace heed::tune
