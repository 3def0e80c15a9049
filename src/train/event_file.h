#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace heed::train {

// CRC32C (Castagnoli, reflected polynomial 0x82f63b78), and TFRecord's mask of it: rotate right 15, add
// 0xa282ead8.
uint32_t crc32c(std::string_view bytes);
uint32_t masked_crc32c(std::string_view bytes);

// A TensorBoard event file: records of [length u64][masked CRC of length][Event protobuf][masked CRC of it],
// little endian.
class EventFile {
 public:
  // Makes events.out.tfevents.<seconds>.<host> in `folder`.
  explicit EventFile(const std::filesystem::path& folder);

  void add_scalar(const std::string& tag, double value, int64_t step);

 private:
  void write_record(const std::string& event);

  std::ofstream file_;
};

}  // namespace heed::train
