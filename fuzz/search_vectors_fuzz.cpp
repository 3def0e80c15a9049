// A file of vectors from anyone, its checksum made good: refused with heed::Error, or searched.
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/error.h"
#include "memory_file.h"
#include "search/checksum.h"
#include "search/vector_set.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  std::string file(reinterpret_cast<const char*>(bytes), size);
  if (file.size() >= 16) {
    const uint64_t sum = heed::search::checksum(std::string_view(file).substr(16));
    std::memcpy(file.data() + 8, &sum, sizeof(sum));
  }
  const heed::fuzz::MemoryFile memory(reinterpret_cast<const uint8_t*>(file.data()), file.size());
  try {
    const heed::search::VectorSet set = heed::search::VectorSet::open(memory.path());
    const std::vector<float> query(static_cast<size_t>(set.dim()), 1.0F);
    for (const heed::search::Hit& hit : set.find(query, 5)) {
      if (!std::isfinite(hit.score) || !set.row(hit.id)) std::abort();
    }
  } catch (const heed::Error&) {
  }
  return 0;
}
