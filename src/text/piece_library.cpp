#include "text/piece_library.h"

#include "base/module.h"

namespace heed {
namespace {

// LibTorch's protobuf, where the program has it, must not answer for the module's own.
const Module kModule = {.file = "libheed_sentencepiece.so",
                        .entry = "heed_piece_library",
                        .rival = "_ZN6google8protobuf23ShutdownProtobufLibraryEv"};

const PieceLibrary* load_library() {
  return reinterpret_cast<const PieceLibrary* (*)()>(open_module(kModule))();
}

}  // namespace

const PieceLibrary& piece_library() {
  static const PieceLibrary* const library = load_library();
  return *library;
}

}  // namespace heed
