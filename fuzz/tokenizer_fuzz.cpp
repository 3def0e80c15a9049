#include <cstdlib>

#include "base/error.h"
#include "text/tokenizer.h"

// Hostile .model bytes are refused, or give a tokenizer that stays inside its vocabulary.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  try {
    const auto tokenizer =
        heed::Tokenizer::from_bytes(std::string(reinterpret_cast<const char*>(bytes), size), "fuzz.model");
    const auto ids = tokenizer.encode("Block my card 冻结银行卡 42");
    for (const int32_t id : ids) {
      if (id < 0 || id >= tokenizer.size()) std::abort();
    }
    tokenizer.decode(ids);
  } catch (const heed::Error& error) {
    if (error.code() != heed::ErrorCode::corrupt_data) std::abort();
  }
  return 0;
}
