// VectorSet's file, as docs/formats.md has it.
#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "base/error.h"
#include "base/json.h"
#include "search/checksum.h"
#include "search/inner_products.h"
#include "search/vector_set.h"

namespace heed::search {
namespace {

constexpr std::string_view kMagic = "HEEDVEC1";  // its last byte is the version
constexpr size_t kAlignment = 64;                // vectors begin at a line of cache

struct Header {
  char magic[8];
  uint64_t sum;  // checksum of all bytes behind it
  uint64_t dim, count, names;
};
static_assert(sizeof(Header) == 40);

[[noreturn]] void refuse(const std::string& name, std::string_view found,
                         ErrorCode code = ErrorCode::corrupt_data) {
  throw Error(code, fmt::format("{}: expected a file of vectors, found {}", name, found));
}

Header read_header(std::string_view bytes, const std::string& name) {
  if (bytes.size() < sizeof(Header) || !bytes.starts_with(kMagic.substr(0, 7)))
    refuse(name, "another kind of file; name another one");
  if (!bytes.starts_with(kMagic))
    refuse(name, "one of another version of heed; make it again with this one", ErrorCode::unsupported);
  Header header{};
  std::memcpy(&header, bytes.data(), sizeof(header));
  if (header.sum != checksum(bytes.substr(offsetof(Header, dim))))
    refuse(name, "one that was cut, damaged or changed since it was made; make it again");
  return header;
}

// Sizes are checked before anything is multiplied beyond 64 bits.
bool sizes_fit(const Header& header, uint64_t bytes) {
  if (header.dim < 1 || header.dim > kMaxVectorDim) return false;
  if (header.names > bytes - sizeof(Header) || (sizeof(Header) + header.names) % kAlignment != 0)
    return false;
  const uint64_t left = bytes - sizeof(Header) - header.names;
  const uint64_t row = header.dim * sizeof(float);
  return left % row == 0 && left / row == header.count;
}

}  // namespace

void VectorSet::save(const std::filesystem::path& path) const {
  std::string names = Json{{"origin", origin_}, {"ids", ids_}}.dump();
  names.append((kAlignment - (sizeof(Header) + names.size()) % kAlignment) % kAlignment, ' ');
  Header header{};
  std::memcpy(header.magic, kMagic.data(), kMagic.size());
  header.dim = static_cast<uint64_t>(dim_);
  header.count = ids_.size();
  header.names = names.size();
  std::string bytes(sizeof(header), '\0');
  bytes += names;
  bytes.append(reinterpret_cast<const char*>(values()),
               ids_.size() * static_cast<size_t>(dim_) * sizeof(float));
  std::memcpy(bytes.data(), &header, sizeof(header));
  header.sum = checksum(std::string_view(bytes).substr(offsetof(Header, dim)));
  std::memcpy(bytes.data(), &header, sizeof(header));
  write_file_atomically(path, bytes);
}

VectorSet VectorSet::open(const std::filesystem::path& path) {
  const std::string name = path.string();
  auto file = std::make_unique<MappedFile>(path);
  const std::string_view bytes = file->bytes();
  const Header header = read_header(bytes, name);
  if (!sizes_fit(header, bytes.size())) refuse(name, "one whose sizes do not agree; make it again");
  const Json names = parse_json(bytes.substr(sizeof(header), header.names), name, 2, "make the file again");
  VectorSet set(static_cast<int64_t>(header.dim), json_field<std::string>(names, "origin", name));
  const Json ids = json_field<Json>(names, "ids", name);
  if (!ids.is_array() || ids.size() != header.count)
    refuse(name, "another number of ids than of vectors; make it again");
  for (const Json& id : ids) {
    if (!id.is_string() || id.get_ref<const std::string&>().empty() ||
        !set.rows_.emplace(id.get<std::string>(), set.size()).second)
      refuse(name, "an id that is no text, empty, or there twice; make it again");
    set.ids_.push_back(id.get<std::string>());
  }
  set.mapped_values_ = reinterpret_cast<const float*>(bytes.data() + sizeof(header) + header.names);
  set.mapped_ = std::move(file);
  for (int64_t row = 0; row < set.size(); ++row) {
    const float square = squared_length(set.vector(row).data(), set.dim_);
    if (!(std::abs(square - 1) < 1e-3F)) refuse(name, "a vector that is not of length 1; make it again");
  }
  return set;
}

}  // namespace heed::search
