// An index file with bytes changed by anyone, its checksum made good: refused with heed::Error, or answered.
// Each four bytes of the input are a place and what to write there; a mutation of the whole file would hardly
// ever leave it a database.
#include <cstdlib>
#include <filesystem>
#include <string>

#include <unistd.h>

#include "base/error.h"
#include "base/files.h"
#include "memory_file.h"
#include "search/index.h"
#include "search/index_file.h"
#include "search/index_writer.h"

namespace {

namespace fs = std::filesystem;

std::string small_file() {
  const fs::path path = fs::temp_directory_path() / ("heed-fuzz-" + std::to_string(::getpid()) + ".sqlite");
  heed::search::IndexWriter writer(path);
  writer.put({.id = "lost",
              .title = "Lost card",
              .text = "Block it in the app.",
              .questions = {"stolen"},
              .tags = {"cards"}});
  writer.put({.id = "丢失", .title = "银行卡丢失", .text = "请冻结银行卡。", .language = "zh"});
  writer.commit();
  std::string bytes = heed::read_file(path);
  fs::remove(path);
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static const std::string original = small_file();
  std::string file = original;
  for (size_t i = 0; i + 4 <= size; i += 4) {
    const size_t place = (size_t{bytes[i]} << 16 | size_t{bytes[i + 1]} << 8 | bytes[i + 2]) % file.size();
    file[place] = static_cast<char>(bytes[i + 3]);
  }
  if (size % 4 == 1) file.resize(file.size() / 4096 / 2 * 4096);  // and the second half lost
  file = heed::search::sealed(file);
  const heed::fuzz::MemoryFile memory(reinterpret_cast<const uint8_t*>(file.data()), file.size());
  try {
    const heed::search::Index index = heed::search::Index::open(memory.path());
    const heed::search::Hits found = index.find("lost card 银行卡", {.language = "zh", .tags = {"cards"}});
    for (const heed::search::Hit& hit : index.find("lost card 银行卡")) index.get(hit.id);
    if (found.size() > 10) std::abort();
    index.ids();
  } catch (const heed::Error& error) {
    if (error.code() == heed::ErrorCode::invalid_argument) std::abort();
  }
  return 0;
}
