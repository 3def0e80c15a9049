// What anyone types, against a small index: answered, never read as syntax; as text of a passage it is found
// by its own terms.
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include <unistd.h>

#include "base/error.h"
#include "base/utf8.h"
#include "search/index.h"
#include "search/index_writer.h"
#include "search/terms.h"

namespace {

namespace fs = std::filesystem;
using heed::search::Index;

fs::path index_path() {
  return fs::temp_directory_path() / ("heed-fuzz-" + std::to_string(::getpid()) + ".sqlite");
}

Index small_index() {
  heed::search::IndexWriter writer(index_path());
  writer.put({.id = "lost",
              .title = "Lost card",
              .text = "Block it in the app.",
              .language = "en",
              .tags = {"cards"}});
  writer.put({.id = "丢失", .title = "银行卡丢失", .text = "请冻结银行卡。", .language = "zh"});
  writer.commit();
  Index index = Index::open(index_path());
  fs::remove(index_path());  // what is open stays
  return index;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static const Index index = small_index();
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const std::vector<std::string> terms = heed::search::terms(text);
  for (const std::string& term : terms) {
    if (term.empty() || heed::find_invalid_utf8(term) != std::string::npos) std::abort();
  }
  const heed::search::Hits hits = index.find(text);
  if (terms.empty() && !hits.empty()) std::abort();
  for (size_t i = 0; i < hits.size(); ++i) {
    if (!(hits[i].score > 0) || !index.get(hits[i].id)) std::abort();
    if (i > 0 && !ranks_before(hits[i - 1], hits[i])) std::abort();
  }
  for (const heed::search::Hit& hit :
       index.find(text, {.language = std::string(text), .tags = {std::string(text)}})) {
    if (hit.id.empty()) std::abort();
  }
  index.get(text);
  return 0;
}
