#include "data/gzip.h"

#include <algorithm>
#include <array>

#include <zlib.h>

#include "base/error.h"

namespace heed::data {
namespace {

struct Inflater {
  z_stream stream{};
  Inflater() {
    constexpr int kGzipOnly = 16 + MAX_WBITS;
    if (inflateInit2(&stream, kGzipOnly) != Z_OK) throw Error(ErrorCode::internal, "zlib: cannot start");
  }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
};

[[noreturn]] void fail_broken(const std::string& where, const char* found) {
  throw Error(ErrorCode::corrupt_data,
              where + ": expected gzip data, found " + found + "; fetch or compress the file again");
}

}  // namespace

bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1F\x8B"); }

std::string gunzip(std::string_view bytes, int64_t max_bytes, const std::string& where) {
  Inflater inflater;
  z_stream& stream = inflater.stream;
  std::string content;
  std::array<char, 1 << 16> buffer;
  while (true) {
    if (stream.avail_in == 0) {  // zlib counts in 32 bits
      const size_t part = std::min<size_t>(bytes.size(), size_t{1} << 30);
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
      stream.avail_in = static_cast<uInt>(part);
      bytes.remove_prefix(part);
    }
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = buffer.size();
    const int status = inflate(&stream, Z_NO_FLUSH);
    if (status == Z_BUF_ERROR) fail_broken(where, "its end too early");
    if (status != Z_OK && status != Z_STREAM_END)
      fail_broken(where, stream.msg ? stream.msg : "broken bytes");
    content.append(buffer.data(), buffer.size() - stream.avail_out);
    if (static_cast<int64_t>(content.size()) > max_bytes) {
      throw Error(ErrorCode::too_large, where + ": expected at most " + std::to_string(max_bytes) +
                                            " bytes after decompression, found more; split the file");
    }
    if (status == Z_STREAM_END) {
      if (stream.avail_in == 0 && bytes.empty()) return content;
      inflateReset(&stream);  // the next member
    }
  }
}

}  // namespace heed::data
