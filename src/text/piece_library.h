#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace heed {

// What Heed asks of SentencePiece, behind an interface because SentencePiece is loaded as a module of its own
// (sentencepiece_module.cpp): it carries an old copy of protobuf with exported symbols, and LibTorch needs a
// newer one. Linked into one program they take each other's functions and crash before main.
class PieceModel {
 public:
  virtual ~PieceModel() = default;
  virtual int size() const = 0;
  virtual std::string piece(int id) const = 0;
  virtual bool is_unknown(int id) const = 0;
  virtual bool is_control(int id) const = 0;
  // Each returns whether it could.
  virtual bool encode(std::string_view text, std::vector<int>* ids) const = 0;
  virtual bool decode(const std::vector<int>& ids, std::string* text) const = 0;
};

struct PieceLibrary {
  // Null, with the reason, where the bytes are no model.
  std::unique_ptr<PieceModel> (*load)(std::string_view bytes, std::string* reason);
  // `next_line` gives one line after another, empty at the end. False, with the reason, on failure.
  bool (*train)(const std::unordered_map<std::string, std::string>& arguments,
                const std::function<std::string()>& next_line, std::string* bytes, std::string* reason);
};

// Opens the module at the first call: libheed_sentencepiece.so in the program's own folder or in ../lib
// beside it. Thread-safe. Throws not_found, naming the folders.
const PieceLibrary& piece_library();

}  // namespace heed
