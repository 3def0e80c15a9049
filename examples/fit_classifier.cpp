// A classifier in three steps: fit, evaluate, predict. From the project's folder:
//   build/release/bin/example_fit_classifier
#include <cstdio>

#include "base/error.h"
#include "tune/model.h"

int main() {
  try {
    heed::tune::Model model(heed::train::read_recipe(
        "recipes/bank-intents.toml", {"output.model=models/example-intents", "train.epochs=10"}));

    const heed::train::History history = model.fit();
    for (const double loss : history.curve("valid", "loss")) std::printf("validation loss %.3f\n", loss);

    for (const auto& [metric, value] : model.evaluate(model.corpus().test)) {
      std::printf("test %s %.3f\n", metric.c_str(), value);
    }

    const std::vector<std::string> questions = {"my card never came in the post", "手机换号了怎么改"};
    const std::vector<std::string> answers = model.predict(questions);
    for (size_t i = 0; i < questions.size(); ++i) {
      std::printf("%s -> %s\n", questions[i].c_str(), answers[i].c_str());
    }
    std::printf("wrote %s\n", model.save().c_str());
    return 0;
  } catch (const heed::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return heed::error_info(error.code()).exit_status;
  }
}
