#include "text/tokenizer.h"

#include <utility>

#include "base/error.h"
#include "text/piece_library.h"
#include "text/piece_model_check.h"

namespace heed {
namespace {

void check_special_pieces(const PieceModel& model, const std::string& where) {
  const bool right = model.size() >= 3 && model.is_unknown(Tokenizer::kUnknown) &&
                     model.is_control(Tokenizer::kBegin) && model.is_control(Tokenizer::kEnd);
  if (right) return;
  throw Error(ErrorCode::corrupt_data, where + ": expected pieces 0, 1, 2 to be unknown, <s>, </s>, found '" +
                                           model.piece(0) + "', '" + model.piece(1) + "', '" +
                                           model.piece(2) + "'; train the tokenizer again");
}

// The library takes any text, so that a refusal is the model's fault.
[[noreturn]] void fail(const std::string& where, const std::string& action) {
  throw Error(ErrorCode::corrupt_data, where + ": expected a tokenizer that can " + action +
                                           " text, found one that refuses; train the tokenizer again");
}

}  // namespace

struct Tokenizer::Impl {
  std::string where;  // for messages
  std::string bytes;
  std::unique_ptr<PieceModel> model;
};

Tokenizer::Tokenizer(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

Tokenizer Tokenizer::from_bytes(std::string bytes, const std::string& where) {
  check_piece_model(bytes, where);
  std::string reason;
  std::unique_ptr<PieceModel> model = piece_library().load(bytes, &reason);
  if (model == nullptr) {
    throw Error(ErrorCode::corrupt_data,
                where + ": expected a SentencePiece model, found " + reason + "; train the tokenizer again");
  }
  check_special_pieces(*model, where);
  return Tokenizer(std::make_shared<const Impl>(Impl{where, std::move(bytes), std::move(model)}));
}

std::vector<int32_t> Tokenizer::encode(std::string_view text) const {
  std::vector<int> ids;
  if (!impl_->model->encode(text, &ids)) fail(impl_->where, "encode");
  return ids;
}

std::vector<std::string> Tokenizer::pieces(std::string_view text) const {
  std::vector<std::string> pieces;
  for (const int32_t id : encode(text)) pieces.push_back(impl_->model->piece(id));
  return pieces;
}

std::string Tokenizer::decode(std::span<const int32_t> ids) const {
  for (const int32_t id : ids) check_id(id);
  std::string text;
  if (!impl_->model->decode(std::vector<int>(ids.begin(), ids.end()), &text)) fail(impl_->where, "decode");
  return text;
}

std::vector<std::string> Tokenizer::pieces(std::span<const int32_t> ids) const {
  std::vector<std::string> pieces;
  pieces.reserve(ids.size());
  for (const int32_t id : ids) pieces.push_back(piece(id));
  return pieces;
}

std::string Tokenizer::piece(int32_t id) const {
  check_id(id);
  return impl_->model->piece(id);
}

void Tokenizer::check_id(int32_t id) const {
  if (id >= 0 && id < size()) return;
  throw Error(ErrorCode::invalid_argument,
              "token id: expected 0 to " + std::to_string(size() - 1) + ", found " + std::to_string(id));
}

int64_t Tokenizer::size() const { return impl_->model->size(); }

const std::string& Tokenizer::bytes() const { return impl_->bytes; }

}  // namespace heed
