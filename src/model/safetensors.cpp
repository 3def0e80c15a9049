#include "model/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <unordered_set>
#include <utility>

#include "base/error.h"
#include "base/json.h"
#include "base/nearest.h"
#include "model/data_type.h"
#include "model/file_name.h"

namespace heed {
namespace {

static_assert(std::endian::native == std::endian::little, "arrays are read in place");

constexpr size_t kSizeBytes = 8;
constexpr int kHeaderDepth = 3;  // header, tensor, shape

// The sorted kind of JSON object: a hostile header may have millions of keys, and looking one up must stay
// cheap.
using HeaderJson = nlohmann::json;

struct Extent {
  uint64_t begin, end;
  std::string name;
};

class HeaderReader {
 public:
  HeaderReader(std::string_view bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  SafetensorsContent read() {
    const HeaderJson header = parse(header_text());
    SafetensorsContent content;
    std::vector<Extent> extents;
    for (const auto& [name, entry] : header.items()) {
      if (name == kMetadataKey) {
        content.metadata = metadata(entry);
      } else {
        content.tensors.emplace(name, tensor(name, entry, extents));
      }
    }
    check_layout(std::move(extents));
    return content;
  }

 private:
  std::string_view header_text() {
    if (bytes_.size() < kSizeBytes) {
      fail("expected at least 8 bytes, found " + std::to_string(bytes_.size()) + "; copy the file again");
    }
    uint64_t size = 0;
    std::memcpy(&size, bytes_.data(), kSizeBytes);
    if (size > kMaxSafetensorsHeader) {
      fail("expected a header of at most 100000000 bytes, found " + std::to_string(size) +
           "; this is not a safetensors file");
    }
    if (size > bytes_.size() - kSizeBytes) {
      fail("expected a header of " + std::to_string(size) + " bytes, found " +
           std::to_string(bytes_.size() - kSizeBytes) + " after its size; copy the file again");
    }
    data_ = bytes_.substr(kSizeBytes + size);
    return bytes_.substr(kSizeBytes, size);
  }

  HeaderJson parse(std::string_view text) const {
    if (text.empty() || text.front() != '{') fail("expected a header that begins with '{', found another");
    std::unordered_set<std::string> names;  // a name given twice would hide one of its two extents
    const auto check = [&](int depth, HeaderJson::parse_event_t event, HeaderJson& value) {
      if (depth > kHeaderDepth) fail("expected a header nested at most 3 deep, found more");
      if (depth == 1 && event == HeaderJson::parse_event_t::key) {
        const auto& name = value.get_ref<const std::string&>();
        if (!names.insert(name).second)
          fail("expected each tensor once, found " + quote_name(name) + " again");
      }
      return true;
    };
    try {
      return HeaderJson::parse(text, check);
    } catch (const HeaderJson::exception&) {
      fail("expected a header in JSON, found text that is not; copy the file again");
    }
  }

  std::map<std::string, std::string> metadata(const HeaderJson& entry) const {
    if (!entry.is_object()) fail("__metadata__: expected an object of strings, found another value");
    std::map<std::string, std::string> pairs;
    for (const auto& [key, value] : entry.items()) {
      if (!value.is_string()) fail("__metadata__: expected strings, found another value");
      pairs.emplace(key, value.get<std::string>());
    }
    return pairs;
  }

  TensorView tensor(const std::string& name, const HeaderJson& entry, std::vector<Extent>& extents) const {
    if (!entry.is_object() || entry.size() != 3 || !entry.contains("dtype") || !entry.contains("shape") ||
        !entry.contains("data_offsets")) {
      fail(name, "dtype, shape and data_offsets", "other fields");
    }
    TensorView view;
    view.type = data_type(name, entry.at("dtype"));
    view.shape = whole_numbers(name, entry.at("shape"));
    const std::vector<int64_t> offsets = whole_numbers(name, entry.at("data_offsets"));
    if (offsets.size() != 2 || offsets[0] > offsets[1] || static_cast<uint64_t>(offsets[1]) > data_.size()) {
      fail(name, "data_offsets [begin, end] within " + std::to_string(data_.size()) + " bytes of data",
           to_string(offsets) + "; the file may be cut short, copy it again");
    }
    const uint64_t found = static_cast<uint64_t>(offsets[1] - offsets[0]);
    if (byte_count(view.type, view.shape) != found) {
      fail(name, "as many bytes as " + to_string(view.type) + " " + to_string(view.shape) + " takes",
           std::to_string(found));
    }
    view.bytes = data_.substr(static_cast<size_t>(offsets[0]), found);
    extents.push_back({static_cast<uint64_t>(offsets[0]), static_cast<uint64_t>(offsets[1]), name});
    return view;
  }

  DataType data_type(const std::string& name, const HeaderJson& value) const {
    const std::string text = value.is_string() ? value.get<std::string>() : value.type_name();
    const auto type = find_data_type(text);
    if (!type) fail(name, "dtype F32, BF16, I8, I32, I64, U8 or F64", quote_name(text));
    return *type;
  }

  std::vector<int64_t> whole_numbers(const std::string& name, const HeaderJson& value) const {
    std::vector<int64_t> numbers;
    if (!value.is_array()) fail(name, "an array of whole numbers", value.type_name());
    for (const HeaderJson& item : value) {
      if (!item.is_number_unsigned() || item.get<uint64_t>() > uint64_t{INT64_MAX}) {
        fail(name, "whole numbers from 0 to 2^63 - 1", quote_name(item.dump(-1, ' ', true, kReplace)));
      }
      numbers.push_back(item.get<int64_t>());
    }
    return numbers;
  }

  // Every byte of the data belongs to exactly one array.
  void check_layout(std::vector<Extent> extents) const {
    std::sort(extents.begin(), extents.end(), [](const Extent& a, const Extent& b) {
      return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
    });
    uint64_t end = 0;
    for (const Extent& extent : extents) {
      if (extent.begin != end) {
        fail(extent.name, "data from byte " + std::to_string(end) + " (no hole, no overlap)",
             std::to_string(extent.begin));
      }
      end = extent.end;
    }
    if (end != data_.size()) {
      fail("expected " + std::to_string(end) + " bytes of data, found " + std::to_string(data_.size()) +
           "; copy the file again");
    }
  }

  [[noreturn]] void fail(const std::string& problem) const {
    const bool has_cure = problem.find("; ") != problem.npos;
    throw Error(ErrorCode::corrupt_data,
                where_ + ": " + problem + (has_cure ? "" : "; copy or export it again"));
  }
  [[noreturn]] void fail(const std::string& tensor, const std::string& expected,
                         const std::string& found) const {
    fail("tensor " + quote_name(tensor) + ": expected " + expected + ", found " + found);
  }

  static constexpr auto kReplace = HeaderJson::error_handler_t::replace;

  std::string_view bytes_;
  const std::string& where_;
  std::string_view data_;
};

}  // namespace

int64_t TensorView::elements() const { return static_cast<int64_t>(bytes.size() / size_of(type)); }

std::vector<float> TensorView::to_floats() const {
  std::vector<float> values(static_cast<size_t>(elements()));
  if (type == DataType::f32) {
    if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  } else if (type == DataType::bf16) {
    for (size_t i = 0; i < values.size(); ++i) {
      uint16_t high = 0;
      std::memcpy(&high, bytes.data() + 2 * i, sizeof high);
      values[i] = std::bit_cast<float>(static_cast<uint32_t>(high) << 16);
    }
  } else {
    throw Error(ErrorCode::unsupported, "expected an array of F32 or BF16, found " + to_string(type));
  }
  return values;
}

SafetensorsContent parse_safetensors(std::string_view bytes, const std::string& where) {
  return HeaderReader(bytes, where).read();
}

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path)
    : path_(path), file_(path), content_(parse_safetensors(file_.bytes(), path.string())) {}

const TensorView& SafetensorsFile::at(const std::string& name) const {
  const auto found = tensors().find(name);
  if (found != tensors().end()) return found->second;
  std::vector<std::string> names;
  for (const auto& item : tensors()) names.push_back(item.first);
  throw Error(ErrorCode::not_found, path_.string() + ": expected a tensor " + quote_name(name) +
                                        ", found none" + did_you_mean(name, names));
}

}  // namespace heed
