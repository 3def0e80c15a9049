// The whole of libheed_sentencepiece.so: see piece_library.h. Nothing here may write to std::cerr or
// std::cout, nor let an exception out; SentencePiece's log is off.
#include <exception>

#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include "text/piece_library.h"

// Exported by the library but declared in none of its public headers.
namespace sentencepiece::logging {
void SetMinLogLevel(int level);
}

namespace heed {
namespace {

class Model : public PieceModel {
 public:
  sentencepiece::util::Status load(std::string_view bytes) {
    return processor_.LoadFromSerializedProto(bytes);
  }

  int size() const override { return processor_.GetPieceSize(); }
  std::string piece(int id) const override { return processor_.IdToPiece(id); }
  bool is_unknown(int id) const override { return processor_.IsUnknown(id); }
  bool is_control(int id) const override { return processor_.IsControl(id); }
  bool encode(std::string_view text, std::vector<int>* ids) const override {
    return processor_.Encode(text, ids).ok();
  }
  bool decode(const std::vector<int>& ids, std::string* text) const override {
    return processor_.Decode(ids, text).ok();
  }

 private:
  sentencepiece::SentencePieceProcessor processor_;
};

class Lines : public sentencepiece::SentenceIterator {
 public:
  explicit Lines(const std::function<std::string()>& next_line) : next_line_(next_line) { Next(); }

  bool done() const override { return line_.empty(); }
  void Next() override { line_ = next_line_(); }
  const std::string& value() const override { return line_; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  const std::function<std::string()>& next_line_;
  std::string line_;
};

// Runs `action`; false and the reason where its status is not good or it throws.
template <class Action>
bool succeeds(const Action& action, std::string* reason) {
  try {
    const sentencepiece::util::Status status = action();
    if (status.ok()) return true;
    *reason = status.ToString();
  } catch (const std::exception& exception) {
    *reason = exception.what();
  } catch (...) {
    *reason = "an unknown exception";
  }
  return false;
}

std::unique_ptr<PieceModel> load(std::string_view bytes, std::string* reason) {
  auto model = std::make_unique<Model>();
  if (!succeeds([&] { return model->load(bytes); }, reason)) return nullptr;
  return model;
}

bool train(const std::unordered_map<std::string, std::string>& arguments,
           const std::function<std::string()>& next_line, std::string* bytes, std::string* reason) {
  return succeeds(
      [&] {
        Lines lines(next_line);
        return sentencepiece::SentencePieceTrainer::Train(arguments, &lines, bytes);
      },
      reason);
}

}  // namespace
}  // namespace heed

extern "C" __attribute__((visibility("default"))) const heed::PieceLibrary* heed_piece_library() {
  constexpr int kAboveFatal = 4;
  sentencepiece::logging::SetMinLogLevel(kAboveFatal);
  static const heed::PieceLibrary library{heed::load, heed::train};
  return &library;
}
