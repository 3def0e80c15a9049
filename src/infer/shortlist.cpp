#include "infer/shortlist.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/files.h"
#include "text/tokenizer.h"

namespace heed::infer {
namespace {

template <class T>
Tensor tensor_of(const std::string& name, DataType type, const std::vector<T>& values) {
  return {.name = name,
          .type = type,
          .shape = {static_cast<int64_t>(values.size())},
          .bytes = std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T))};
}

template <class T>
std::vector<T> values_of(const SafetensorsContent& content, const std::string& name, DataType type,
                         const std::string& where) {
  const auto found = content.tensors.find(name);
  if (found == content.tensors.end() || found->second.type != type || found->second.shape.size() != 1) {
    throw Error(ErrorCode::corrupt_data, where + ": expected a list '" + name + "' of " + to_string(type) +
                                             ", found none; make the shortlist again with heed shortlist");
  }
  std::vector<T> values(static_cast<size_t>(found->second.elements()));
  if (!values.empty()) std::memcpy(values.data(), found->second.bytes.data(), found->second.bytes.size());
  return values;
}

[[noreturn]] void refuse(const std::string& where, const std::string& what) {
  throw Error(ErrorCode::corrupt_data,
              where + ": expected " + what + ", found others; make the shortlist again with heed shortlist");
}

}  // namespace

Shortlist::Shortlist(std::vector<int32_t> common, const std::vector<std::vector<int32_t>>& translations)
    : common_(std::move(common)), begins_{0} {
  for (const std::vector<int32_t>& of_token : translations) {
    tokens_.insert(tokens_.end(), of_token.begin(), of_token.end());
    begins_.push_back(static_cast<int64_t>(tokens_.size()));
  }
}

Shortlist Shortlist::from_bytes(const std::string& bytes, const ModelConfig& config,
                                const std::string& where) {
  const SafetensorsContent content = parse_safetensors(bytes, where);
  Shortlist list({}, {});
  list.common_ = values_of<int32_t>(content, "common", DataType::i32, where);
  list.begins_ = values_of<int64_t>(content, "begins", DataType::i64, where);
  list.tokens_ = values_of<int32_t>(content, "tokens", DataType::i32, where);
  const auto known = [&](int32_t id) { return id >= 0 && id < config.target_vocabulary; };
  if (!std::ranges::all_of(list.common_, known) || !std::ranges::all_of(list.tokens_, known))
    refuse(where, "token ids below " + std::to_string(config.target_vocabulary));
  const std::vector<int64_t>& begins = list.begins_;
  if (static_cast<int64_t>(begins.size()) != config.source_vocabulary + 1 || begins.front() != 0 ||
      begins.back() != static_cast<int64_t>(list.tokens_.size()) || !std::ranges::is_sorted(begins))
    refuse(where,
           "places of a list for each of " + std::to_string(config.source_vocabulary) + " source tokens");
  return list;
}

std::string Shortlist::to_bytes() const {
  return to_safetensors(
      {tensor_of("common", DataType::i32, common_), tensor_of("begins", DataType::i64, begins_),
       tensor_of("tokens", DataType::i32, tokens_)},
      kFile);
}

std::optional<Shortlist> Shortlist::of_model(const ModelDirectory& directory) {
  const std::filesystem::path file = directory.path / "assets" / kFile;
  if (!std::filesystem::exists(file)) return std::nullopt;
  return from_bytes(read_file(file), directory.config, file.string());
}

std::vector<int32_t> Shortlist::tokens(std::span<const int32_t> source) const {
  std::vector<int32_t> list = common_;
  list.push_back(Tokenizer::kEnd);
  for (const int32_t id : source) {
    const auto token = static_cast<size_t>(id);
    list.insert(list.end(), tokens_.begin() + begins_[token], tokens_.begin() + begins_[token + 1]);
  }
  std::ranges::sort(list);
  list.erase(std::unique(list.begin(), list.end()), list.end());
  return list;
}

}  // namespace heed::infer
