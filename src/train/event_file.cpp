#include "train/event_file.h"

#include <array>
#include <bit>
#include <chrono>
#include <cstring>

#include <unistd.h>

#include "base/error.h"

namespace heed::train {
namespace {

constexpr std::array<uint32_t, 256> make_crc_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78U : 0U);
    table[i] = crc;
  }
  return table;
}
constexpr auto kCrcTable = make_crc_table();

template <class T>
std::string little_endian(T value) {
  static_assert(std::endian::native == std::endian::little);
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

// The four protobuf encodings that an Event needs.
std::string varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>((value & 0x7f) | 0x80);
  return bytes + static_cast<char>(value);
}
std::string key(int field, int wire_type) { return varint(static_cast<uint64_t>(field) << 3 | wire_type); }
std::string text_field(int field, const std::string& bytes) {
  return key(field, 2) + varint(bytes.size()) + bytes;
}
std::string double_field(int field, double value) { return key(field, 1) + little_endian(value); }
std::string float_field(int field, float value) { return key(field, 5) + little_endian(value); }

double wall_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

uint32_t crc32c(std::string_view bytes) {
  uint32_t crc = 0xffffffffU;
  for (const char byte : bytes) crc = kCrcTable[(crc ^ static_cast<uint8_t>(byte)) & 0xff] ^ (crc >> 8);
  return ~crc;
}

uint32_t masked_crc32c(std::string_view bytes) { return std::rotr(crc32c(bytes), 15) + 0xa282ead8U; }

EventFile::EventFile(const std::filesystem::path& folder) {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  const double now = wall_time();
  const auto path = folder / ("events.out.tfevents." + std::to_string(static_cast<int64_t>(now)) + "." +
                              std::to_string(::getpid()) + "." + host.data());
  file_.open(path, std::ios::binary | std::ios::app);  // two phases of a run may begin in one second
  if (!file_) throw Error(ErrorCode::io, path.string() + ": cannot create");
  write_record(double_field(1, now) + text_field(3, "brain.Event:2"));
}

void EventFile::add_scalar(const std::string& tag, double value, int64_t step) {
  const std::string scalar = text_field(1, tag) + float_field(2, static_cast<float>(value));
  write_record(double_field(1, wall_time()) + key(2, 0) + varint(static_cast<uint64_t>(step)) +
               text_field(5, text_field(1, scalar)));
}

void EventFile::write_record(const std::string& event) {
  const std::string length = little_endian(static_cast<uint64_t>(event.size()));
  file_ << length << little_endian(masked_crc32c(length)) << event << little_endian(masked_crc32c(event));
  file_.flush();
}

}  // namespace heed::train
