#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "model/data_type.h"
#include "model/safetensors.h"

namespace heed {
namespace {

constexpr size_t kDataAlignment = 64;  // a cache line, and any vector register

void check_tensors(const std::string& file, const std::vector<Tensor>& tensors) {
  std::set<std::string> names;
  for (const Tensor& tensor : tensors) {
    const std::string where = file + ": tensor '" + tensor.name + "': ";
    if (tensor.name == kMetadataKey || !names.insert(tensor.name).second) {
      throw Error(ErrorCode::invalid_argument, where + "expected a name of its own, found one already taken");
    }
    if (byte_count(tensor.type, tensor.shape) != tensor.bytes.size()) {
      throw Error(ErrorCode::invalid_argument, where + "expected as many bytes as " + to_string(tensor.type) +
                                                   " " + to_string(tensor.shape) + " takes, found " +
                                                   std::to_string(tensor.bytes.size()));
    }
  }
}

std::vector<const Tensor*> file_order(const std::vector<Tensor>& tensors) {
  std::vector<const Tensor*> order;
  for (const Tensor& tensor : tensors) order.push_back(&tensor);
  std::stable_sort(order.begin(), order.end(),
                   [](const Tensor* a, const Tensor* b) { return size_of(a->type) > size_of(b->type); });
  return order;
}

std::string header_text(const std::vector<const Tensor*>& order,
                        const std::map<std::string, std::string>& metadata) {
  // Joined entry by entry: the ordered kind of JSON object looks through all its keys at each insertion.
  std::string text = "{";
  if (!metadata.empty()) text.append("\"__metadata__\":").append(Json(metadata).dump());
  uint64_t begin = 0;
  for (const Tensor* tensor : order) {
    const uint64_t end = begin + tensor->bytes.size();
    Json entry;
    entry["dtype"] = to_string(tensor->type);
    entry["shape"] = tensor->shape;
    entry["data_offsets"] = {begin, end};
    if (text.size() > 1) text += ",";
    text.append(Json(tensor->name).dump()).append(":").append(entry.dump());
    begin = end;
  }
  text += "}";
  const size_t misaligned = (sizeof(uint64_t) + text.size()) % kDataAlignment;
  if (misaligned != 0) text.append(kDataAlignment - misaligned, ' ');
  return text;
}

}  // namespace

std::string to_safetensors(const std::vector<Tensor>& tensors, const std::string& where,
                           const std::map<std::string, std::string>& metadata) {
  check_tensors(where, tensors);
  const std::vector<const Tensor*> order = file_order(tensors);
  const std::string header = header_text(order, metadata);
  const uint64_t header_size = header.size();
  std::string bytes(reinterpret_cast<const char*>(&header_size), sizeof header_size);
  bytes += header;
  for (const Tensor* tensor : order) bytes += tensor->bytes;
  return bytes;
}

void write_safetensors(const std::filesystem::path& path, const std::vector<Tensor>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  check_tensors(path.string(), tensors);
  const std::vector<const Tensor*> order = file_order(tensors);
  const std::string header = header_text(order, metadata);
  const uint64_t header_size = header.size();
  AtomicFile file(path);
  file.write(&header_size, sizeof header_size);
  file.write(header);
  for (const Tensor* tensor : order) file.write(tensor->bytes);
  file.commit();
}

}  // namespace heed
