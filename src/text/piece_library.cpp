#include "text/piece_library.h"

#include <filesystem>

#include <dlfcn.h>

#include "base/error.h"

namespace heed {
namespace {

constexpr const char* kModule = "libheed_sentencepiece.so";

std::filesystem::path find_module() {
  const std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  for (const auto& candidate : {folder / kModule, folder.parent_path() / "lib" / kModule}) {
    if (std::filesystem::exists(candidate)) return candidate;
  }
  throw Error(ErrorCode::not_found, std::string(kModule) + ": expected it in " + folder.string() + " or " +
                                        (folder.parent_path() / "lib").string() +
                                        ", found it in neither; copy it beside the program");
}

using Open = void* (*)(const char*, int);

// The sanitizers' own dlopen ends the program at RTLD_DEEPBIND, for fear of a second malloc. The module names
// the sanitizer's library first among those it needs, so its malloc is still found there; ask the C library
// directly.
Open open_function() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  if (void* c_library = ::dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD)) {
    if (void* open = ::dlsym(c_library, "dlopen")) return reinterpret_cast<Open>(open);
  }
#endif
  return ::dlopen;
}

void* open_module(const std::filesystem::path& path) {
  // Where the program has a protobuf already (LibTorch's), the module must see its own first.
  const bool other_protobuf =
      ::dlsym(RTLD_DEFAULT, "_ZN6google8protobuf23ShutdownProtobufLibraryEv") != nullptr;
  const int flags = RTLD_NOW | RTLD_LOCAL;
  void* module =
      other_protobuf ? open_function()(path.c_str(), flags | RTLD_DEEPBIND) : ::dlopen(path.c_str(), flags);
  if (module == nullptr) {
    throw Error(ErrorCode::unavailable, path.string() + ": cannot be loaded: " + ::dlerror());
  }
  return module;
}

const PieceLibrary* load_library() {
  const std::filesystem::path path = find_module();
  void* entry = ::dlsym(open_module(path), "heed_piece_library");
  if (entry == nullptr) {
    throw Error(ErrorCode::corrupt_data, path.string() + ": expected Heed's module, found another library");
  }
  return reinterpret_cast<const PieceLibrary* (*)()>(entry)();
}

}  // namespace

const PieceLibrary& piece_library() {
  static const PieceLibrary* const library = load_library();
  return *library;
}

}  // namespace heed
