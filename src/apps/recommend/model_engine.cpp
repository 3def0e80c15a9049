#include "apps/recommend/model_engine.h"

#include "apps/recommend/dataset.h"
#include "model/model_directory.h"

namespace heed::apps::recommend {

ModelEngine open_engine(const std::filesystem::path& model, const EngineOptions& options) {
  const ModelDirectory directory = open_model(model);
  ModelEngine opened{.model = std::make_unique<infer::SequenceRanker>(directory), .engine = nullptr};
  const std::filesystem::path assets = directory.path / "assets";
  Ranker ranker;
  if (std::filesystem::exists(assets / kRankerFile))
    ranker = Ranker::parse(read_json_file(assets / kRankerFile), (assets / kRankerFile).string());
  opened.engine = std::make_unique<Engine>(*opened.model, std::move(ranker), options);
  if (std::filesystem::exists(assets / kItemsFile)) {
    for (data::Item& item : data::read_items(assets / kItemsFile)) opened.engine->put(std::move(item));
  } else {
    for (const std::string& id : opened.model->config().items) opened.engine->put({.id = id});
  }
  return opened;
}

}  // namespace heed::apps::recommend
